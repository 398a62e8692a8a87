import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runBacklog } from './backlog-run';
import { runRelayFaults } from './relay-run';

const OPTIONS = {
  seconds: { type: 'string', default: '300' },
  away: { type: 'string', default: '30' },
  backlog: { type: 'boolean', default: false },
  events: { type: 'string', default: '200000' },
} as const;

interface Surroundings {
  readonly directory: string;
  readonly log: (line: string) => void;
  readonly onStarted: (stop: () => Promise<void>) => void;
}

interface Told {
  readonly lines: readonly string[];
  readonly faults: readonly string[];
  readonly promise: string;
}

/** Started by scripts/faults.mjs, which names the options. Exit code 1: a promise was broken. */
async function main(): Promise<void> {
  const { values } = parseArgs({ args: process.argv.slice(3), options: OPTIONS });
  const began = Date.now();
  const surroundings: Surroundings = {
    directory: mkdtempSync(join(tmpdir(), 'casetrail-relay-faults-')),
    log: (line) => {
      process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
    },
    onStarted: (stop) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => void stop().finally(() => process.exit(1)));
    },
  };
  const { lines, faults, promise } = values.backlog
    ? await backlog(surroundings, Number(values.events))
    : await underFaults(surroundings, Number(values.seconds), Number(values.away));
  const verdict = faults.length === 0 ? promise : `${faults.length} promises were broken.`;
  const all = [...faults.slice(0, 20).map((fault) => `FAULT  ${fault}`), ...lines, verdict];
  process.stdout.write(`${all.join('\n')}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

async function underFaults(surroundings: Surroundings, seconds: number, awaySeconds: number): Promise<Told> {
  const report = await runRelayFaults({ ...surroundings, seconds, awaySeconds });
  const { events, records, copies, tickets, done } = report;
  const never = Object.keys(done).filter((name) => done[name] === 0);
  return {
    lines: [
      ...Object.entries(done).map(([name, times]) => `${String(times).padStart(4)} × ${name}`),
      `${events} events sent, ${records} records on the topics, ${copies} of them second copies; ${tickets} tickets at the consumer.`,
    ],
    faults: [...report.faults, ...never.map((name) => `it never came to this: ${name}`)],
    promise:
      'Every accepted event is there, first copies in order with an unbroken chain, copies byte for byte the same; the ' +
      'consumer has every ticket as rpt.ticket has it.',
  };
}

async function backlog(surroundings: Surroundings, events: number): Promise<Told> {
  const { records, copies, drainSeconds, peakMb, faults } = await runBacklog({ ...surroundings, events });
  return {
    lines: [
      `${events} events while Kafka was away, then ${records} records on the topics within ${drainSeconds.toFixed(1)} s, ` +
        `${copies} of them second copies. The node's memory: at most ${Math.round(peakMb)} MB.`,
    ],
    faults,
    promise: 'Every event is there, in order with an unbroken chain.',
  };
}

void main();
