import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type FaultReport, runFaults } from './fault-run';

/** Started by scripts/faults.mjs, with [--seconds 60]. Exit code 1: a promise was broken. */
async function main(): Promise<void> {
  const options = { seconds: { type: 'string', default: '60' } } as const;
  const { values } = parseArgs({ args: process.argv.slice(3), options });
  const began = Date.now();
  const report = await runFaults({
    seconds: Number(values.seconds),
    directory: mkdtempSync(join(tmpdir(), 'casetrail-faults-')),
    log: (line) => {
      process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
    },
    onStarted: (stop) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => void stop().finally(() => process.exit(1)));
      }
    },
  });
  process.stdout.write(`${told(report)}\n`);
  process.exitCode = report.faults.length === 0 ? 0 : 1;
}

function told(report: FaultReport): string {
  const { nodeKills, postgresKills, events, acknowledgements, refusals, faults, verify } = report;
  const again = Object.values(refusals).reduce((sum, n) => sum + n, 0);
  const answers = Object.entries(refusals).map(
    ([status, n]) => `${status === '0' ? 'no answer' : status}: ${n}`,
  );
  return [
    ...faults.slice(0, 20).map((fault) => `FAULT  ${fault}`),
    `${nodeKills} kills of nodes and ${postgresKills} of PostgreSQL, all with -9.`,
    `${events} events, ${acknowledgements} acknowledgements, ${again} deliveries sent again (${answers.join(', ')}).`,
    `verify: ${String(verify).replaceAll(/\s+/g, ' ')}`,
    faults.length === 0
      ? 'Every acknowledged event is stored exactly once, where its acknowledgement said.'
      : `${faults.length} promises were broken.`,
  ].join('\n');
}

void main();
