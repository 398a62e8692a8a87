import { Command } from 'commander';
import { asError, CasetrailError } from '../kernel/errors';
import { type Database, openDatabase } from '../platform/postgres/database';
import { explainTicket } from '../sla/explain/explain-ticket';
import { zoneOfSchedule } from '../sla/explain/zone-of-schedule';
import { connected } from './connect';
import { pageOf } from './explanation/page';
import { instant } from './flags';
import { print, printJson } from './terminal';

interface ExplainFlags {
  readonly source?: string;
  readonly asOf?: Date;
  readonly json?: boolean;
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('Every figure of a ticket, with the events and the clock segments behind it.')
    .argument('<ticket>', 'its id, or tenant/id')
    .option('--source <name>', 'where several tenants have the same ticket id: in the tenant of this source')
    .option('--as-of <instant>', 'with what had arrived by then, such as 2026-12-31T00:00:00Z', instant)
    .option('--json', 'print one JSON document')
    .action(async (ticket: string, { source, asOf, json }: ExplainFlags) => {
      const address = { id: ticket, tenant: null, source: source ?? null };
      await connected(async ({ databaseUrl: url }) => {
        const db = openDatabase({ url, poolMax: 1, applicationName: 'casetrail-cli' });
        try {
          const { explained, history } = await explainTicket(db, address, asOf?.getTime() ?? null);
          if (json === true) printJson(explained);
          else for (const line of pageOf(explained, history, await zoneOf(db, explained))) print(line);
        } catch (thrown) {
          throw inWordsOfTheCommand(thrown, ticket);
        } finally {
          await db.close();
        }
      });
    });
}

function zoneOf(
  db: Database,
  { because }: Awaited<ReturnType<typeof explainTicket>>['explained'],
): Promise<string> {
  const { schedule_id: schedule } = because.configuration;
  return schedule === null ? Promise.resolve('UTC') : zoneOfSchedule(db, schedule);
}

function inWordsOfTheCommand(thrown: unknown, ticket: string): Error {
  if (!(thrown instanceof CasetrailError) || thrown.code !== 'ambiguous_ticket') return asError(thrown);
  const message = `Several tenants have a ticket ${ticket}: add --source <name>, or ask for <tenant>/${ticket}.`;
  return new CasetrailError('ambiguous_ticket', message, { cause: thrown });
}
