// npm run conformance -- --url http://host:port --token <admin token> [--profile <profile>]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeVectors } from './make-vectors';
import { type Outcome, runVectors, type Target } from './run-vectors';
import { type Vector } from './vector';

const USAGE = `npm run conformance -- --url http://host:port --token <admin token> [--profile <profile>]

Sends the vectors of the check table to a running casetrail and compares what it answers and keeps. It makes a source for
each vector. The receiver must believe this machine's X-Forwarded-... headers (TRUSTED_PROXIES).`;
/** A real clock moves on while the vectors run: what must be fresh is made fresh, and far from the edge. */
const MARGIN_S = 100;
/** node, the runner of TypeScript, and this file. */
const BEHIND = 3;

async function main(): Promise<number> {
  const options = {
    url: { type: 'string' },
    token: { type: 'string' },
    profile: { type: 'string' },
  } as const;
  const { url, token, profile } = parseArgs({ options, args: process.argv.slice(BEHIND) }).values;
  const all = [...makeVectors().keys()];
  if (url === undefined || token === undefined || (profile !== undefined && !all.includes(profile))) {
    process.stderr.write(`${USAGE}\n\nProfiles: ${all.join(', ')}\n`);
    return 2;
  }
  let failed = 0;
  for (const name of profile === undefined ? all : [profile])
    failed += await runProfile({ url, adminToken: token }, name);
  return failed === 0 ? 0 : 1;
}

async function runProfile(target: Target, profile: string): Promise<number> {
  const outcomes = await runVectors(target, vectorsOf(profile));
  const failures = outcomes.filter(({ faults }) => faults.length > 0);
  print(
    `${failures.length === 0 ? 'ok    ' : 'not ok'}  ${profile.padEnd(18)} ${countOf(outcomes, failures)}`,
  );
  for (const { vector, faults } of failures)
    print(`  row ${vector.row}, ${vector.name}: ${faults.join('; ')}`);
  return failures.length;
}

function vectorsOf(profile: string): readonly Vector[] {
  const committed = JSON.parse(readFileSync(join(__dirname, `${profile}.json`), 'utf8')) as Vector[];
  if (committed.every(({ clock }) => clock === undefined)) return committed;
  return makeVectors({ at: Date.now(), marginS: MARGIN_S }).get(profile) ?? [];
}

function countOf(all: readonly Outcome[], failures: readonly Outcome[]): string {
  return `${all.length - failures.length} of ${all.length} vectors hold`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = 2;
  },
);
