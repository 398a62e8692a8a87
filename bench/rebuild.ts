import { parseArgs } from 'node:util';
import { type Database, openDatabase } from '../src/platform/postgres/database';
import { migrate } from '../src/platform/postgres/migrate';
import { ticketProjection } from '../src/read-models/ticket/ticket-projection';
import { type RebuildRun, runRebuild } from './rebuild/command';
import { copySeconds } from './rebuild/copy-out';
import { fillAndFollow } from './rebuild/fill-and-follow';
import { foldFaults } from './rebuild/pure-fold';
import { rebuildUnderLoad } from './rebuild/under-load';
import { conclude, median, print, printTable, rounded, say } from './support/figures';
import { laneFaults } from './support/oracle';
import { withServer } from './support/server';

const LANES = 8;
const MIB = 1024 * 1024;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      tickets: { type: 'string', default: '50000' },
      'under-load': { type: 'boolean', default: false },
      rate: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '60' },
    },
  });
  await withServer(async (server) => {
    if (values['under-load']) {
      await rebuildUnderLoad(server, { perSecond: Number(values.rate), seconds: Number(values.seconds) });
      return;
    }
    const url = await server.createDatabase('rebuild');
    await migrate({ url, lanes: LANES });
    const db = openDatabase({ url, poolMax: 8, applicationName: 'bench', statementTimeoutMs: 600_000 });
    try {
      await fillAndFollow(url, { lanes: LANES, tickets: Number(values.tickets) }, [ticketProjection]);
      await db.query({ text: 'VACUUM ANALYZE' });
      await measure(url, db, Number(values.rounds));
    } finally {
      await db.close();
    }
  });
}

async function measure(url: string, db: Database, rounds: number): Promise<void> {
  const [row] = await db.query<{ events: number; tickets: number }>({
    text: 'SELECT (SELECT count(*) FROM es.event) AS events, (SELECT count(*) FROM es.ticket_head) AS tickets',
  });
  const { events = 0, tickets = 0 } = row ?? {};
  const faults = [...(await laneFaults(db)), ...differences(await runRebuild(url, ['--diff', '--dry-run']))];
  const rates = { rebuild: [] as number[], text: [] as number[], binary: [] as number[] };
  let peakBytes = 0;
  for (let round = 1; round <= rounds; round++) {
    rates.text.push(events / (await copySeconds(url, 'text')));
    rates.binary.push(events / (await copySeconds(url, 'binary')));
    const run = await runRebuild(url, []);
    rates.rebuild.push(events / run.seconds);
    peakBytes = Math.max(peakBytes, run.peakBytes);
    if (run.events !== events) faults.push(`round ${round} read ${run.events} of ${events} events`);
    say(`round ${round}: rebuild ${Math.round(events / run.seconds)}/s`);
  }
  say('Folding every ticket by itself …');
  faults.push(...(await foldFaults(db)));
  tell(events, tickets, rates, peakBytes, faults);
}

function differences({ diff, parked_tickets: parked }: RebuildRun): string[] {
  const faults = parked > 0 ? [`${parked} tickets were parked`] : [];
  if (diff === null || diff.changed + diff.added + diff.missing === 0) return faults;
  return [...faults, `the new rows are not the live ones: ${JSON.stringify(diff)}`];
}

function tell(
  events: number,
  tickets: number,
  rates: Readonly<Record<'rebuild' | 'text' | 'binary', readonly number[]>>,
  peakBytes: number,
  faults: readonly string[],
): void {
  const rebuild = Math.round(median(rates.rebuild));
  const [asText, asBinary] = [median(rates.text), median(rates.binary)];
  const copy = Math.round(Math.max(asText, asBinary));
  const peakMib = Math.ceil(peakBytes / MIB);
  print(`\n${events} events of ${tickets} tickets, ${rates.rebuild.length} rounds, medians\n`);
  printTable(
    ['', 'events/s'],
    [
      ['casetrail rebuild ticket, from start to swap', rebuild],
      [`COPY es.event TO STDOUT (${asText > asBinary ? 'text' : 'binary'}, the faster)`, copy],
    ],
  );
  print(`\nPeak memory of the rebuild: ${peakMib} MiB\n`);
  conclude({
    bench: 'rebuild',
    figures: { rebuild_per_s: rebuild, copy_per_s: copy, events, tickets, peak_mib: peakMib },
    ratios: { copy: rounded(rebuild / copy, 2) },
    faults,
  });
}

void main();
