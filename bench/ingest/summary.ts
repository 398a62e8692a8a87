import { cpus } from 'node:os';
import { median, rounded } from '../support/figures';
import { type Round, type Standing } from './rounds';

/** The middle round of each figure. */
export function summary({ rounds }: Standing): Record<string, number> {
  const of = (figure: (round: Round) => number): number => median(rounds.map(figure));
  const per1000 = (seconds: (round: Round) => number): number =>
    rounded(
      of((round) => (seconds(round) * 1000) / (round.perSecond * round.wallS)),
      3,
    );
  const perEvent = (bytes: (round: Round) => number): number =>
    Math.round(of((round) => bytes(round) / round.events));
  return {
    per_s: Math.round(of((round) => round.perSecond)),
    p50_ms: rounded(
      of((round) => round.p50Ms),
      2,
    ),
    p99_ms: rounded(
      of((round) => round.p99Ms),
      2,
    ),
    node_cpu_s_per_1000: per1000((round) => round.nodeS),
    postgres_cpu_s_per_1000: per1000((round) => round.postgresS),
    generator_cpu_s_per_1000: per1000((round) => round.generatorS),
    wal_bytes_per_event: perEvent((round) => round.walBytes),
    table_bytes_per_event: perEvent((round) => round.tableBytes),
    events_per_append: rounded(
      of((round) => (round.appends === 0 ? 0 : round.events / round.appends)),
      1,
    ),
  };
}

/** Where the next gain lies. */
export function limitOf(rounds: readonly Round[]): string {
  const cores = cpus().length;
  const share = (seconds: (round: Round) => number): number =>
    median(rounds.map((r) => seconds(r) / r.wallS));
  const node = share((round) => round.nodeS);
  const postgres = share((round) => round.postgresS);
  const generator = share((round) => round.generatorS);
  const busy = node + postgres + generator;
  const of = (value: number): string => `${(value * 100).toFixed(0)} %`;
  const split = `Node ${of(node)} of a core, PostgreSQL ${of(postgres)}, load generator ${of(generator)}`;
  const roundTrips = 'One round trip to PostgreSQL per append.';
  if (busy > cores * 0.9)
    return `Limit now: CPU. ${split}: ${of(busy / cores)} of ${cores} cores. ${roundTrips}`;
  if (node > 0.9) return `Limit now: the one thread of Node. ${split}. ${roundTrips}`;
  return `Limit now: waiting (fsync, or other work on this machine). ${split}: ${of(busy / cores)} of ${cores} cores. ${roundTrips}`;
}
