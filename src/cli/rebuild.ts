import { Argument, Command } from 'commander';
import { loadConfig } from '../config/config';
import { type Projection } from '../followers/projections/projection';
import { type Difference } from '../followers/rebuild/diff';
import { rebuild, type RebuildProgress, type RebuildReport } from '../followers/rebuild/rebuild';
import { CasetrailError } from '../kernel/errors';
import { type Database, openDatabase } from '../platform/postgres/database';
import { projectionNames } from '../platform/postgres/read-models';
import { findRunningInstance } from '../platform/runtime/data-dir';
import { allProjections } from '../projections';
import { SlaConfigStore } from '../sla/sla-config-store';
import { positive } from './flags';
import { grouped, Progress } from './progress';
import { print, printJson, reasonOf, say } from './terminal';

const EXIT = { done: 0, differs: 1, failed: 2, interrupted: 130 } as const;
const ALL = 'all';
const SHOWN = 1000;

interface RebuildFlags {
  readonly diff?: boolean;
  readonly dryRun?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

export function rebuildCommand(): Command {
  return new Command('rebuild')
    .description(
      'Make the tables of a projection anew from the log, beside the live ones, and put them in their place. Nodes and readers go on meanwhile.',
    )
    .addArgument(new Argument('<projection>', 'whose tables').choices([...projectionNames(), ALL]))
    .option('--diff', 'show which rows and columns change, by ticket, before they do')
    .option('--dry-run', 'drop the new tables in the end: nothing changes')
    .option('--limit <rows>', 'show so many differing rows; all are counted', positive, SHOWN)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Killed or interrupted it changes nothing, and the same command goes on where it was.

Exit code: 0 done (with --diff --dry-run: and nothing differs), 1 with --diff --dry-run: something differs,
           2 failed, 130 interrupted.`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.done : EXIT.failed))
    .action(async (name: string, flags: RebuildFlags) => {
      process.once('SIGINT', () => {
        say('\nInterrupted: nothing was changed. The same command goes on from here.');
        process.exit(EXIT.interrupted);
      });
      try {
        process.exitCode = await run(name, flags);
      } catch (thrown) {
        say(`casetrail: ${reasonOf(thrown)}`);
        process.exitCode = EXIT.failed;
      }
    });
}

async function run(name: string, flags: RebuildFlags): Promise<number> {
  const url = databaseUrl();
  const db = openDatabase({ url, poolMax: 1, applicationName: 'casetrail-rebuild' });
  const differences: Difference[] = [];
  const onDifference = (difference: Difference): void => {
    if (differences.length >= flags.limit) return;
    differences.push(difference);
    if (flags.json !== true) for (const line of linesOf(difference)) print(line);
  };
  const progress = new Progress('events');
  try {
    const report = await rebuild({
      url,
      projections: chosen(name, db),
      isDryRun: flags.dryRun === true,
      ...(flags.diff === true ? { onDifference } : {}),
      onProgress: (now) => show(progress, now),
    });
    progress.clear();
    if (flags.json === true) printJson(documentOf(name, report, differences));
    else tell(name, report, differences.length);
    return flags.dryRun === true && differences.length > 0 ? EXIT.differs : EXIT.done;
  } finally {
    progress.clear();
    await db.close();
  }
}

function chosen(name: string, db: Database): readonly Projection[] {
  const all = allProjections(new SlaConfigStore(db, () => performance.now()));
  return name === ALL ? all : all.filter((projection) => projection.name === name);
}

function show(progress: Progress, now: RebuildProgress): void {
  if (now.phase === 'copy') {
    progress.show(now.events / Math.max(1, now.total), now.events);
    return;
  }
  progress.clear();
  if (now.phase === 'wait') say(`Not yet: ${now.reason}.`);
}

function linesOf({ table, ticketKey, key, change, columns }: Difference): string[] {
  const rest = Object.entries(key).map(([column, value]) => `${column}=${text(value)}`);
  const row = `${ticketKey}  ${table}${rest.length === 0 ? '' : `[${rest.join(', ')}]`}`;
  if (change !== 'changed') return [`${row}: ${change}`];
  return Object.entries(columns).map(
    ([column, { old, new: fresh }]) => `${row}.${column}: ${text(old)} -> ${text(fresh)}`,
  );
}

/** What a sender made up must not steer the terminal. */
function text(value: unknown): string {
  return typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value);
}

function tell(name: string, report: RebuildReport, shown: number): void {
  const { diff, events, copySeconds, seconds, generation, parkedTickets, notDropped } = report;
  if (diff !== null) {
    const rows = diff.changed + diff.added + diff.missing;
    if (rows > shown) print(`… and ${grouped(rows - shown)} rows more.`);
    const { changed, added, missing, leftOut, notCompared } = diff;
    print(
      `Differing rows: ${grouped(changed)} changed, ${grouped(added)} added, ${grouped(missing)} missing.`,
    );
    if (leftOut > 0) print(`Left out: ${grouped(leftOut)} tickets that moved meanwhile.`);
    if (notCompared.length > 0) print(`On one side only: ${notCompared.join(', ')}.`);
  }
  const rate = grouped(Math.round(events / Math.max(copySeconds, 0.001)));
  print(`Read ${grouped(events)} events at ${rate}/s; ${seconds.toFixed(1)} s in all.`);
  if (parkedTickets > 0)
    print(`${grouped(parkedTickets)} tickets could not be projected: rpt.parked_ticket.`);
  if (notDropped.length > 0) say(`Still in use, dropped by the next rebuild: ${notDropped.join(', ')}.`);
  print(report.isSwapped ? `${name}: version ${generation} is live.` : 'Dry run: nothing was changed.');
}

function documentOf(projection: string, report: RebuildReport, differences: readonly Difference[]): object {
  const { diff } = report;
  return {
    projection,
    generation: report.generation,
    swapped: report.isSwapped,
    resumed: report.isResumed,
    events: report.events,
    seconds: Number(report.seconds.toFixed(3)),
    events_per_s: Math.round(report.events / Math.max(report.copySeconds, 0.001)),
    parked_tickets: report.parkedTickets,
    not_dropped: report.notDropped,
    diff:
      diff === null
        ? null
        : {
            changed: diff.changed,
            added: diff.added,
            missing: diff.missing,
            left_out: diff.leftOut,
            not_compared: diff.notCompared,
            rows: differences.map(({ ticketKey: ticket_key, ...rest }) => ({ ticket_key, ...rest })),
          },
  };
}

function databaseUrl(): string {
  const config = loadConfig();
  const url =
    config.database.directUrl ?? config.database.url ?? findRunningInstance(config.dataDir)?.databaseUrl;
  if (url === undefined) {
    const message = `No casetrail runs here (${config.dataDir}): start it with npm start, or set DATABASE_URL.`;
    throw new CasetrailError('dependency_unavailable', message);
  }
  return url;
}
