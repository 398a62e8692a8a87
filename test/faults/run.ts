import { parseArgs } from 'node:util';
import { runFaults } from './fault-run';

/** node test/runtime/run-typescript.cjs test/faults/run.ts [--seconds 60]; needs the build. Exit code 1: a promise was broken. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { seconds: { type: 'string', default: '60' } },
  });
  const began = Date.now();
  const report = await runFaults(Number(values.seconds), (line) => {
    process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
  });
  const { nodeKills, postgresKills, events, acknowledgements, refusals, faults, verify } = report;
  const again = Object.values(refusals).reduce((sum, n) => sum + n, 0);
  const answers = Object.entries(refusals).map(
    ([status, n]) => `${status === '0' ? 'no answer' : status}: ${n}`,
  );
  for (const fault of faults.slice(0, 20)) process.stdout.write(`FAULT  ${fault}\n`);
  process.stdout.write(
    `${nodeKills} kills of nodes and ${postgresKills} of PostgreSQL, all with -9.\n` +
      `${events} events, ${acknowledgements} acknowledgements, ${again} deliveries sent again (${answers.join(', ')}).\n` +
      `verify: ${String(verify).replaceAll(/\s+/g, ' ')}\n` +
      (faults.length === 0
        ? 'Every acknowledged event is stored exactly once, where its acknowledgement said.\n'
        : `${faults.length} promises were broken.\n`),
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}

void main();
