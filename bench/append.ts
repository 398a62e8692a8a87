import { Client } from 'pg';
import { LedgerUnderLoad } from './append/store';
import { PlainTable } from './append/plain';
import { laneFaults, storedFaults } from './support/oracle';
import { conclude, median, print, printTable, rounded, say } from './support/figures';
import { type Options, readOptions } from './support/options';
import { type BenchServer, withServer } from './support/server';

const WARM_UP_MS = 3_000;
const MORE_WRITERS = 4;
/** Rows that the plain table is filled with. */
const PLAIN_ROWS = 60_000;
const MINUTE_MS = 60_000;

async function main(): Promise<void> {
  const options = readOptions({ seconds: 6, rounds: 3, connections: 64 });
  await withServer(async (server) => {
    if (options.idleSnapshot) return besideIdleSnapshot(server, options);
    const url = await server.createDatabase('append');
    const ledger = await LedgerUnderLoad.open(url);
    await ledger.run(options.connections, WARM_UP_MS);
    await againstPlainTable(url, ledger, options);
    await ledger.close();
  });
}

async function againstPlainTable(url: string, ledger: LedgerUnderLoad, options: Options): Promise<void> {
  const few = options.connections;
  const many = few * MORE_WRITERS;
  const plain = new PlainTable(url);
  const measured = { few: [], many: [], insertFew: [], insertMany: [], copy: [] } as Record<string, number[]>;
  const ms = options.seconds * 1000;
  const measure = async (name: string, what: () => Promise<number>): Promise<void> => {
    const perSecond = await what();
    measured[name]?.push(perSecond);
    say(`${name.padEnd(10)} ${perSecond.toFixed(0).padStart(7)}/s`);
  };
  for (let round = 0; round < options.rounds; round++) {
    await plain.makeAnew();
    await measure('few', async () => (await ledger.run(few, ms)).perSecond);
    await measure('many', async () => (await ledger.run(many, ms)).perSecond);
    await measure('insertFew', () => plain.insert(few, ms, PLAIN_ROWS));
    await measure('insertMany', () => plain.insert(many, ms, PLAIN_ROWS));
    await measure('copy', () => plain.copy(PLAIN_ROWS));
  }
  const of = (name: string): number => Math.round(median(measured[name] ?? []));
  const figures = {
    [`append_${few}_per_s`]: of('few'),
    [`append_${many}_per_s`]: of('many'),
    [`insert_${few}_per_s`]: of('insertFew'),
    [`insert_${many}_per_s`]: of('insertMany'),
    copy_per_s: of('copy'),
  };
  print(`\nEvents straight into the store, ${options.rounds} rounds of ${options.seconds} s, medians\n`);
  printTable(
    ['', `${few} at a time /s`, `${many} at a time /s`],
    [
      ['casetrail append', of('few'), of('many')],
      ['INSERT, one row a commit', of('insertFew'), of('insertMany')],
      ['COPY, all rows at once', of('copy'), ''],
    ],
  );
  print('');
  conclude({
    bench: 'append',
    figures,
    ratios: {
      single_insert: rounded(of('few') / of('insertFew'), 2),
      [`single_insert_${many}`]: rounded(of('many') / of('insertMany'), 2),
      copy: rounded(of('many') / of('copy'), 2),
    },
    faults: await faultsOf(ledger),
  });
}

/**
 * Another session's snapshot keeps every dead row version of its database alive: appends must not slow down with what
 * piles up. A second database, which nobody looks at, grows in turn with the first: what slows both is not the snapshot.
 */
async function besideIdleSnapshot(server: BenchServer, options: Options): Promise<void> {
  const url = await server.createDatabase('watched');
  const watched = await LedgerUnderLoad.open(url);
  const alone = await LedgerUnderLoad.open(await server.createDatabase('alone'));
  for (const ledger of [watched, alone]) await ledger.run(options.connections, WARM_UP_MS);
  const idle = new Client({ connectionString: url });
  await idle.connect();
  await idle.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await idle.query('SELECT count(*) FROM es.ticket_head');
  const turnMs = Math.min(MINUTE_MS, (options.seconds * 1000) / 3);
  const rates = { watched: [] as number[], alone: [] as number[] };
  for (let turn = 0; turn < (options.seconds * 1000) / turnMs; turn++) {
    const one = async (ledger: LedgerUnderLoad): Promise<number> =>
      Math.round((await ledger.run(options.connections, turnMs)).perSecond);
    rates.watched.push(await one(watched));
    rates.alone.push(await one(alone));
    say(`turn ${turn + 1}: ${rates.watched.at(-1)}/s beside the snapshot, ${rates.alone.at(-1)}/s without`);
  }
  await idle.query('COMMIT');
  await idle.end();
  const seconds = Math.round(turnMs / 1000);
  print(`\nEvents/s in turns of ${seconds} s, ${options.connections} at a time\n`);
  printTable(
    ['', 'beside an idle snapshot /s', 'without one /s'],
    rates.watched.map((rate, turn) => [`turn ${turn + 1}`, rate, rates.alone[turn] ?? '']),
  );
  print('');
  conclude({
    bench: 'append',
    figures: { beside_snapshot_per_s: rates.watched, alone_per_s: rates.alone },
    ratios: {
      last_to_first: rounded((rates.watched.at(-1) ?? 0) / (rates.watched[0] ?? 1), 2),
      snapshot_to_alone: rounded(sumOf(rates.watched) / sumOf(rates.alone), 2),
      snapshot_to_alone_last: rounded((rates.watched.at(-1) ?? 0) / (rates.alone.at(-1) ?? 1), 2),
    },
    faults: [...(await faultsOf(watched)), ...(await faultsOf(alone))],
  });
  await watched.close();
  await alone.close();
}

function sumOf(rates: readonly number[]): number {
  return rates.reduce((sum, rate) => sum + rate, 0);
}

async function faultsOf({ db, acknowledged }: LedgerUnderLoad): Promise<string[]> {
  say('Checking what was stored …');
  const stored = await storedFaults(
    db,
    'SELECT event_id::text AS id FROM es.event',
    acknowledged,
    acknowledged,
  );
  return [...stored, ...(await laneFaults(db))];
}

void main();
