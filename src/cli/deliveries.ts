import { Command } from 'commander';
import { type DeliveryView, listDeliveries, showDelivery } from '../ingress/journal/delivery-queries';
import { CasetrailError } from '../kernel/errors';
import { instant, wholeNumber } from './flags';
import { print, printJson } from './terminal';
import { atWorkbench, refuseUnknown } from './workbench';

const DAY = 24 * 60 * 60 * 1000;

interface ListFlags {
  readonly source?: string;
  readonly failed?: boolean;
  readonly since?: Date;
  readonly limit: number;
  readonly json?: boolean;
}

export function deliveriesCommand(): Command {
  return (
    new Command('deliveries')
      .description('What came in lately, and how it was answered.')
      // What stands behind `show` is for it: both have --json.
      .enablePositionalOptions()
      .option('--source <name>', 'of this source only')
      .option('--failed', 'only what was refused')
      .option('--since <instant>', 'from then on (default: seven days ago)', instant)
      .option('--limit <n>', 'at most so many', wholeNumber, 50)
      .option('--json', 'print one JSON document')
      .action(async ({ source, failed, since, limit, json }: ListFlags) => {
        const now = Date.now();
        const filter = {
          tenant: null,
          source: source ?? null,
          failed: failed ?? false,
          since: since?.getTime() ?? now - 7 * DAY,
          now,
          limit,
        };
        const deliveries = await atWorkbench(async (workbench) => {
          await refuseUnknown(workbench, source);
          return listDeliveries(workbench.db, filter);
        });
        if (json === true) printJson(deliveries);
        else if (deliveries.length === 0) print('No deliveries.');
        else for (const delivery of deliveries) print(lineOf(delivery));
      })
      .addCommand(showCommand())
  );
}

function lineOf({ received_at, source, status, code, receipt_id, detail }: DeliveryView): string {
  return `${received_at}  ${source}  ${status} ${code}  ${receipt_id}${detail === null ? '' : `\n    ${detail}`}`;
}

function showCommand(): Command {
  return new Command('show')
    .description('One delivery; of a failed signature also what would have matched.')
    .argument('<receipt>', 'the X-Receipt-Id of its answer')
    .option('--json', 'print one JSON document')
    .action(async (receipt: string, options: { json?: boolean }) => {
      const found = await atWorkbench(({ db }) => showDelivery(db, receipt, null));
      if (found === null)
        throw new CasetrailError('not_found', `There is no delivery with the receipt ${receipt}.`);
      if (options.json === true) {
        printJson(found);
        return;
      }
      const { findings, ...rest } = found;
      for (const [name, value] of Object.entries(rest))
        if (value !== null) print(`  ${name.padEnd(12)} ${String(value)}`);
      if (findings === null) return;
      print(
        findings.length === 0
          ? '\nThe signature doctor found nothing that would have matched.'
          : '\nThe signature doctor:',
      );
      for (const finding of findings) print(`  - ${finding}`);
    });
}
