// `npm test`: every check in order, the cheap ones first, stopping at the first that fails. With arguments only jest
// runs, with them: `npm test -- ledger`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const npmRun = (script) => ['npm', 'run', '--silent', script];

const CHECKS = [
  { name: 'format', command: [bin('prettier'), '--check', '.'] },
  { name: 'lint', command: npmRun('lint') },
  { name: 'types', command: npmRun('types') },
  { name: 'imports', command: npmRun('imports') },
  { name: 'unused', command: npmRun('unused') },
  { name: 'compose', command: [bin('dclint'), '--max-warnings', '0', 'docker-compose.yml'] },
  { name: 'build', command: [process.execPath, join(root, 'scripts', 'prepare.mjs'), '--build'] },
];

const jestArgs = process.argv.slice(2);
const inCi = process.env.CI === 'true';

// Ctrl-C reaches jest too, which then stops its database and its Kafka: wait for that.
process.on('SIGINT', () => undefined);

if (await checksPass(jestArgs.length === 0 ? CHECKS : [])) await runJest();

async function checksPass(checks) {
  for (const check of checks) if (!(await checkPasses(check))) return false;
  return true;
}

async function checkPasses({ name, command }) {
  const began = performance.now();
  const { code, output } = await run(command, 'pipe');
  if (code === 0) {
    console.log(`ok  ${name.padEnd(8)} ${seconds(began)}`);
    return true;
  }
  process.stdout.write(output);
  fail(`npm test stopped at the step "${name}" (${command.slice(-2).join(' ')}), exit code ${code}.`);
  return false;
}

async function runJest() {
  const began = performance.now();
  const directory = mkdtempSync(join(tmpdir(), 'casetrail-jest-'));
  const report = join(directory, 'report.json');
  try {
    const { code } = await run([bin('jest'), '--json', `--outputFile=${report}`, ...jestArgs], 'inherit');
    const result = readReport(report);
    if (result === undefined)
      fail(`npm test stopped at the step "jest": it ended with exit code ${code} and no report.`);
    else conclude(result, code, began);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function conclude(result, code, began) {
  const passed = result.numPassedTests;
  // A file that does not even load has no failed test to count.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const skipped = result.numPendingTests + result.numTodoTests;
  const wrong = code !== 0 || failed > 0 || passed === 0 || (inCi && skipped > 0);
  console.log(`${wrong ? 'not ok' : 'ok'}  jest     ${seconds(began)}`);
  if (inCi && skipped > 0) console.error(`With CI=true a skipped test is a failure: ${skipped} skipped.`);
  if (passed === 0 && failed === 0) console.error('No test ran.');
  if (wrong) process.exitCode = 1;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}

function run([command, ...args], output) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', output, output] });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.once('error', (error) => resolve({ code: 1, output: `${error.message}\n` }));
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output: Buffer.concat(chunks) }));
  });
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function seconds(began) {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}

function fail(line) {
  console.error(line);
  process.exitCode = 1;
}
