import { Command } from 'commander';
import { QUARANTINE_STATUSES, type QuarantineStatus } from '../ingress/quarantine/quarantine-store';
import { type Retried } from '../ingress/quarantine/quarantine-service';
import { quarantineDetails, quarantineSummary, retriedView } from '../ingress/quarantine/quarantine-view';
import { CasetrailError } from '../kernel/errors';
import { wholeNumber } from './flags';
import { acting } from './source';
import { print, printJson } from './terminal';
import { atWorkbench, refuseUnknown } from './workbench';

export function quarantineCommand(): Command {
  return new Command('quarantine')
    .description('Authentic deliveries that the log could not take.')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(retryCommand())
    .addCommand(acceptCommand())
    .addCommand(dismissCommand());
}

interface ListFlags {
  readonly source?: string;
  readonly status: string;
  readonly code?: string;
  readonly limit: number;
  readonly json?: boolean;
}

function listCommand(): Command {
  return new Command('list')
    .description('The oldest first.')
    .option('--source <name>', 'of this source only')
    .option('--status <status>', `${QUARANTINE_STATUSES.join(', ')} or all`, 'open')
    .option('--code <code>', 'with this code only')
    .option('--limit <n>', 'at most so many', wholeNumber, 100)
    .option('--json', 'print one JSON document')
    .action(async ({ source, status, code, limit, json }: ListFlags) => {
      const wanted = status === 'all' ? null : statusOf(status);
      const rows = await atWorkbench(async (workbench) => {
        await refuseUnknown(workbench, source);
        const filter = { tenant: null, source: source ?? null, status: wanted, code: code ?? null, limit };
        return workbench.quarantine.list(filter);
      });
      if (json === true) printJson(rows.map(quarantineSummary));
      else if (rows.length === 0) print('Nothing is in quarantine.');
      else {
        for (const row of rows) {
          const at = new Date(row.receivedAt).toISOString();
          print(
            `${row.id}  ${at}  ${row.source}  ${row.status}  ${row.code}  ×${row.deliveries}\n    ${row.detail}`,
          );
        }
      }
    });
}

function statusOf(text: string): QuarantineStatus {
  const status = QUARANTINE_STATUSES.find((one) => one === text);
  if (status !== undefined) return status;
  throw new CasetrailError('invalid_input', `--status is one of ${QUARANTINE_STATUSES.join(', ')}, all.`);
}

function showCommand(): Command {
  return new Command('show')
    .description('One delivery with its bytes.')
    .argument('<id>')
    .option('--json', 'print one JSON document')
    .action(async (id: string, options: { json?: boolean }) => {
      const row = await atWorkbench(({ quarantine }) => quarantine.get(id, null));
      if (options.json === true) {
        printJson(quarantineDetails(row));
        return;
      }
      for (const [name, value] of Object.entries(quarantineSummary(row))) {
        if (value !== null)
          print(`  ${name.padEnd(16)} ${value instanceof Date ? value.toISOString() : stringOf(value)}`);
      }
      print(`\n${row.raw.toString('utf8')}`);
    });
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

interface RetryFlags {
  readonly source?: string;
  readonly code?: string;
  readonly unmapped?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

function retryCommand(): Command {
  return new Command('retry')
    .description('Try again after a mapping or a setting was mended; the first arrival time stands.')
    .argument('[id]', 'one delivery; without it all that the options name')
    .option('--source <name>', 'of this source only')
    .option('--code <code>', 'with this code only')
    .option('--unmapped <type>', 'instead: stored events of this type, which a mapping knows by now')
    .option('--all', 'all open ones of all sources')
    .option('--json', 'print one JSON document')
    .action(async (id: string | undefined, flags: RetryFlags) => {
      const { source = null, code = null, unmapped, json } = flags;
      await atWorkbench(async (workbench) => {
        const { quarantine } = workbench;
        await refuseUnknown(workbench, flags.source);
        if (unmapped !== undefined) {
          const result = await quarantine.retryUnmapped(unmapped, source, acting());
          if (json === true) printJson(result);
          else {
            const { found, appended, unchanged, refused } = result;
            print(`${found} events: ${appended} appended, ${unchanged} unchanged, ${refused} refused.`);
          }
          return;
        }
        if (id === undefined && source === null && code === null && flags.all !== true) {
          throw new CasetrailError(
            'invalid_input',
            'Name one delivery, or --source, --code, --unmapped or --all.',
          );
        }
        const retried =
          id === undefined
            ? await quarantine.retryAll({ tenant: null, source, code }, acting())
            : [await quarantine.retry(id, acting())];
        tell(retried, json);
      });
    });
}

function acceptCommand(): Command {
  return new Command('accept')
    .description('Append a conflicting delivery beside the first event of its id.')
    .argument('<id>')
    .option('--json', 'print one JSON document')
    .action(async (id: string, options: { json?: boolean }) => {
      tell([await atWorkbench(({ quarantine }) => quarantine.accept(id, acting()))], options.json);
    });
}

function dismissCommand(): Command {
  return new Command('dismiss')
    .description('Let a delivery be: it stays in quarantine as dismissed.')
    .argument('<id>')
    .option('--json', 'print one JSON document')
    .action(async (id: string, options: { json?: boolean }) => {
      await atWorkbench(({ quarantine }) => quarantine.dismiss(id, acting()));
      if (options.json === true) printJson({ id, status: 'dismissed' });
      else print(`${id} is dismissed.`);
    });
}

function tell(retried: readonly Retried[], json: boolean | undefined): void {
  if (json === true) {
    printJson(retried.map(retriedView));
    return;
  }
  for (const { id, status, answer } of retried) {
    const { detail, event_id } = answer.body;
    print(`${id}  ${status}  ${answer.code}  ${stringOf(event_id ?? detail ?? '')}`);
  }
  const open = retried.filter(({ status }) => status === 'open').length;
  print(`${retried.length - open} appended, ${open} still open.`);
}
