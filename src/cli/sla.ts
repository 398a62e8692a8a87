import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { asError, CasetrailError } from '../kernel/errors';
import { type Database, openDatabase } from '../platform/postgres/database';
import { ApplySla, ApplySlaHandler } from '../sla/apply-sla';
import { ListSla, ListSlaHandler, type SlaListing } from '../sla/list-sla';
import { reprocessRequest, ReprocessSla, ReprocessSlaHandler } from '../sla/reprocess-sla';
import { type SlaChange } from '../sla/sla-change-view';
import { slaFile } from '../sla/sla-file';
import { connected } from './connect';
import { checked } from './flags';
import { acting } from './source';
import { print, printJson } from './terminal';

export function slaCommand(): Command {
  return new Command('sla')
    .description('Opening hours, and what is promised to whose tickets (docs/sla.md).')
    .addCommand(applyCommand())
    .addCommand(listCommand())
    .addCommand(reprocessCommand());
}

function applyCommand(): Command {
  return new Command('apply')
    .description(
      'Apply a file of schedules and a policy: all of it or nothing. What is in force already stays.',
    )
    .requiredOption('--file <file>', 'JSON: schedules, schedule, policy, and source or tenant')
    .option('--json', 'print one JSON document')
    .action(async ({ file, json }: { file: string; json?: boolean }) => {
      const wanted = checked(slaFile, jsonOf(file));
      await withDatabase(async (db) => {
        tell(await new ApplySlaHandler(db).execute(new ApplySla(wanted, acting())), json);
      });
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('Every version of schedules and policies; a star marks those in force.')
    .option('--tenant <tenant>', 'of this tenant only')
    .option('--json', 'print one JSON document')
    .action(async ({ tenant, json }: { tenant?: string; json?: boolean }) => {
      await withDatabase(async (db) => {
        const listing = await new ListSlaHandler(db).execute(new ListSla(tenant ?? null));
        if (json === true) printJson(listing);
        else for (const line of linesOf(listing)) print(line);
      });
    });
}

interface ReprocessFlags {
  readonly schedule: string;
  readonly from: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

function reprocessCommand(): Command {
  return new Command('reprocess')
    .description(
      'Restate figures as if the latest hours of a schedule had been valid since an earlier date: also of tickets that are done, logged in rpt.metric_revision.',
    )
    .requiredOption('--schedule <name>', 'its name, or tenant/name')
    .requiredOption('--from <date>', 'a local date of the schedule, such as 2026-12-25')
    .option('--tenant <tenant>', 'where several tenants have a schedule of this name')
    .option('--json', 'print one JSON document')
    .action(async ({ json, ...flags }: ReprocessFlags) => {
      const wanted = checked(reprocessRequest, flags);
      await withDatabase(async (db) => {
        tell(await new ReprocessSlaHandler(db).execute(new ReprocessSla(wanted, acting())), json);
      });
    });
}

function withDatabase(work: (db: Database) => Promise<void>): Promise<void> {
  return connected(async ({ databaseUrl: url }) => {
    const db = openDatabase({ url, poolMax: 1, applicationName: 'casetrail-cli' });
    try {
      await work(db);
    } finally {
      await db.close();
    }
  });
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new CasetrailError('invalid_input', `${file}: ${asError(thrown).message}`, { cause: thrown });
  }
}

function tell(change: SlaChange, json: boolean | undefined): void {
  if (json === true) {
    printJson(change);
    return;
  }
  const line = (what: string, { kind, id, version, valid_from }: SlaChange['made'][number]): string =>
    `${what}  ${kind} ${id}  version ${version}  ${since(valid_from)}`;
  for (const version of change.made) print(line('made     ', version));
  for (const version of change.unchanged) print(line('unchanged', version));
  for (const notice of change.notices) print(notice);
  print(`Tickets concerned carry config_revision ${change.config_revision} once their figures follow.`);
}

function linesOf({ schedules, policies }: SlaListing): string[] {
  const mark = (isInForce: boolean): string => (isInForce ? '*' : ' ');
  return [
    ...schedules.map(({ schedule_id, version, valid_from, reprocessed_until: until, in_force }) => {
      const restated = until === null ? '' : ` to ${until} (reprocess)`;
      return `${mark(in_force)} schedule ${schedule_id}  version ${version}  ${since(valid_from)}${restated}`;
    }),
    ...policies.map(({ policy_id, version, valid_from, in_force, schedule_id, policy }) => {
      const targets = policy === null ? 'no targets' : JSON.stringify(policy);
      return `${mark(in_force)} policy ${policy_id}  version ${version}  ${since(valid_from)}  ${schedule_id}  ${targets}`;
    }),
  ];
}

function since(validFrom: string | null): string {
  return validFrom === null ? 'from the beginning' : `from ${validFrom}`;
}
