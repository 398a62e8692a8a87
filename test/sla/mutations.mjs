// Plants one typical bug after the other in a copy of the fold and shows that a named test catches each. By hand:
//   node test/sla/mutations.mjs [part of a bug's name]
// Takes about a minute. mutations.spec.ts keeps the list true to the sources on every run of the tests.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const wanted = process.argv[2] ?? '';
const mutants = JSON.parse(readFileSync(join(root, 'test/sla/mutants.json'), 'utf8')).filter(({ bug }) =>
  bug.includes(wanted),
);

const copy = mkdtempSync(join(tmpdir(), 'casetrail-mutants-'));
const began = performance.now();
let survivors = 0;
let passing = [];
try {
  layOut();
  passing = namesOfPassing();
  for (const mutant of mutants) {
    const fate = fateOf(mutant);
    if (fate !== 'caught') survivors += 1;
    console.log(`${fate.padEnd(8)} ${mutant.bug}  [${mutant.caughtBy.spec}: ${mutant.caughtBy.test}]`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`${mutants.length - survivors} of ${mutants.length} bugs caught, ${seconds} s`);
process.exitCode = survivors === 0 ? 0 : 1;

function layOut() {
  for (const part of ['src/domain', 'src/kernel', 'test/sla', 'test/domain', 'test/golden', 'package.json']) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const config = { rootDir: copy, testMatch: ['<rootDir>/test/sla/**/*.spec.ts'], transform: transform() };
  writeFileSync(join(copy, 'jest.config.json'), JSON.stringify(config));
}

function transform() {
  const options = {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  };
  return { '^.+\\.ts$': ['@swc/jest', options] };
}

/** `caught` only if the named test, which passes without the bug, fails with it. */
function fateOf({ file, find, replace, caughtBy: { spec, test } }) {
  const path = join(copy, 'src/domain', file);
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) return 'STALE';
  if (!passing.some((name) => new RegExp(test).test(name))) return 'NO TEST';
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  const { numFailedTests } = runJest('-t', test, `test/sla/${spec}`);
  writeFileSync(path, source);
  return numFailedTests > 0 ? 'caught' : 'SURVIVED';
}

function namesOfPassing() {
  const { testResults } = runJest();
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  return tests.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName);
}

function runJest(...args) {
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const fixed = ['-c', join(copy, 'jest.config.json'), '--runInBand', '--json'];
  const { stdout } = spawnSync(process.execPath, [jest, ...fixed, ...args], { cwd: copy, encoding: 'utf8' });
  return JSON.parse(stdout);
}
