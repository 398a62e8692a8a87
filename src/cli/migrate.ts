import { Command } from 'commander';
import { loadConfig } from '../config/config';
import { CasetrailError } from '../kernel/errors';
import { findRunningInstance } from '../platform/runtime/data-dir';
import { migrate } from '../platform/postgres/migrate';
import { print, printJson } from './terminal';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Bring the database schema up to date (start does this by itself).')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      const config = loadConfig();
      const url =
        config.database.directUrl ?? config.database.url ?? findRunningInstance(config.dataDir)?.databaseUrl;
      if (url === undefined)
        throw new CasetrailError('config_invalid', 'Set DATABASE_URL, or run npm start here.');
      const ran = await migrate({ url, lanes: config.lanes });
      if (options.json === true) printJson({ ran });
      else print(ran.length === 0 ? 'The schema is up to date.' : `Applied ${ran.join(', ')}.`);
    });
}
