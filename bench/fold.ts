import { parseArgs } from 'node:util';
import { type Database, openDatabase } from '../src/platform/postgres/database';
import { migrate } from '../src/platform/postgres/migrate';
import { allProjections } from '../src/projections';
import { ApplySla, ApplySlaHandler } from '../src/sla/apply-sla';
import { SlaConfigStore } from '../src/sla/sla-config-store';
import { promisedConfig, promises } from './fold/promises';
import { factsOf, foldFigures, foldStates, type Sums } from './fold/pure';
import { runRebuild } from './rebuild/command';
import { copySeconds } from './rebuild/copy-out';
import { fillAndFollow } from './rebuild/fill-and-follow';
import { conclude, median, print, printTable, rounded, say } from './support/figures';
import { laneFaults } from './support/oracle';
import { withServer } from './support/server';

const LANES = 8;
/** Tickets folded in memory, of ten events each. */
const PURE_TICKETS = 20_000;

/** Of what is settled: the others grow with the clock. */
const SUMS = `
  SELECT count(*) AS tickets, sum(m.first_response_seconds)::bigint AS first_response_seconds,
         sum(m.unresolved_seconds) FILTER (WHERE m.full_resolution_seconds IS NOT NULL)::bigint AS unresolved_seconds,
         sum(m.full_resolution_business_seconds)::bigint AS business_seconds,
         (SELECT count(*) FROM rpt.sla_instance i WHERE i.breached AND i.stopped_at IS NOT NULL) AS breached
  FROM rpt.ticket_metrics m`;

type Rates = Readonly<Record<'state' | 'figures' | 'ticket' | 'all' | 'copy', number[]>>;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '3' }, tickets: { type: 'string', default: '30000' } },
  });
  const [rounds, tickets] = [Number(values.rounds), Number(values.tickets)];
  const rates: Rates = { state: [], figures: [], ticket: [], all: [], copy: [] };
  pure(rates, rounds);
  await withServer(async (server) => {
    const url = await server.createDatabase('fold');
    await migrate({ url, lanes: LANES });
    const db = openDatabase({ url, poolMax: 8, applicationName: 'bench', statementTimeoutMs: 600_000 });
    try {
      await new ApplySlaHandler(db).execute(new ApplySla(promises, { actor: 'bench', tenant: null }));
      const config = new SlaConfigStore(db, () => performance.now());
      await fillAndFollow(url, { lanes: LANES, tickets }, allProjections(config));
      await db.query({ text: 'VACUUM ANALYZE' });
      await rebuilds(url, db, rates, rounds);
      tell(rates, await faultsOf(db, tickets));
    } finally {
      await db.close();
    }
  });
}

/** On one core, without any I/O. */
function pure(rates: Rates, rounds: number): void {
  const tickets = factsOf(PURE_TICKETS);
  const events = tickets.reduce((sum, facts) => sum + facts.length, 0);
  const config = promisedConfig();
  foldFigures(tickets, config);
  for (let round = 1; round <= rounds; round += 1) {
    rates.state.push(events / secondsOf(() => foldStates(tickets)));
    rates.figures.push(events / secondsOf(() => foldFigures(tickets, config)));
    say(`round ${round}: ${Math.round(rates.figures.at(-1) ?? 0)} events/s folded`);
  }
}

function secondsOf(work: () => unknown): number {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
}

async function rebuilds(url: string, db: Database, rates: Rates, rounds: number): Promise<void> {
  const [row] = await db.query<{ events: number }>({ text: 'SELECT count(*) AS events FROM es.event' });
  const events = row?.events ?? 0;
  for (let round = 1; round <= rounds; round += 1) {
    const fastest = Math.min(await copySeconds(url, 'text'), await copySeconds(url, 'binary'));
    rates.copy.push(events / fastest);
    rates.ticket.push(events / (await runRebuild(url, [], 'ticket')).seconds);
    rates.all.push(events / (await runRebuild(url, [], 'all')).seconds);
    say(`round ${round}: ${Math.round(rates.all.at(-1) ?? 0)} events/s rebuilt`);
  }
}

/** What the tables hold is what the pure fold of the same tickets makes. */
async function faultsOf(db: Database, tickets: number): Promise<string[]> {
  const [found] = await db.query<Sums & Record<string, unknown>>({ text: SUMS });
  const wanted = foldFigures(factsOf(tickets), promisedConfig());
  const faults = await laneFaults(db);
  for (const name of Object.keys(wanted) as (keyof Sums)[]) {
    if (found?.[name] !== wanted[name])
      faults.push(`${name}: ${String(found?.[name])} is not ${wanted[name]}`);
  }
  return faults;
}

function tell(rates: Rates, faults: readonly string[]): void {
  const of = (name: keyof Rates): number => Math.round(median(rates[name]));
  print('\nEvents/s, medians\n');
  printTable(
    ['', 'events/s'],
    [
      ['the pure fold, state alone', of('state')],
      ['the pure fold, state and every figure', of('figures')],
      ['rebuild ticket', of('ticket')],
      ['rebuild all', of('all')],
      ['COPY es.event TO STDOUT, the faster format', of('copy')],
    ],
  );
  print('');
  conclude({
    bench: 'fold',
    figures: {
      events_per_s: of('figures'),
      state_events_per_s: of('state'),
      rebuild_per_s: of('all'),
      rebuild_ticket_per_s: of('ticket'),
      copy_per_s: of('copy'),
    },
    ratios: {
      ticket_only: rounded(of('all') / of('ticket'), 2),
      copy: rounded(of('all') / of('copy'), 2),
    },
    faults,
  });
}

void main();
