import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runRelayFaults } from './relay-run';

/** Started by scripts/faults.mjs, with [--seconds 300] [--away 30]. Exit code 1: a promise was broken. */
async function main(): Promise<void> {
  const options = {
    seconds: { type: 'string', default: '300' },
    away: { type: 'string', default: '30' },
  } as const;
  const { values } = parseArgs({ args: process.argv.slice(3), options });
  const began = Date.now();
  const { faults, events, records, copies, done } = await runRelayFaults({
    seconds: Number(values.seconds),
    awaySeconds: Number(values.away),
    directory: mkdtempSync(join(tmpdir(), 'casetrail-relay-faults-')),
    log: (line) => {
      process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
    },
    onStarted: (stop) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => void stop().finally(() => process.exit(1)));
    },
  });
  const lines = [
    ...faults.slice(0, 20).map((fault) => `FAULT  ${fault}`),
    ...Object.entries(done).map(([name, times]) => `${String(times).padStart(4)} × ${name}`),
    `${events} events sent, ${records} records on the topics, ${copies} of them second copies.`,
    faults.length === 0
      ? 'Every accepted event is there, first copies in order with an unbroken chain, copies byte for byte the same.'
      : `${faults.length} promises were broken.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

void main();
