// `npm run bench -- <name> [options]`: installs and builds what is missing, then runs bench/<name>.ts.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = dirname(fileURLToPath(import.meta.url));
const root = join(bench, '..');
const names = readdirSync(bench)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));

const [name, ...options] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`Usage: npm run bench -- <${names.join('|')}> [--seconds n] [--rounds n] [--connections n]`);
  process.exit(2);
}

// Ctrl-C reaches the benchmark too, which then stops its servers: wait for that.
process.on('SIGINT', () => undefined);

await run(root, [join(root, 'scripts', 'prepare.mjs'), '--build'], process.stderr);
if (!isInstalled()) await run(bench, [npmCli(), 'ci', '--no-audit', '--no-fund'], process.stderr);
await run(
  root,
  ['-r', join(bench, 'support', 'register.cjs'), join(bench, `${name}.ts`), ...options],
  'inherit',
);

function isInstalled() {
  const installed = join(bench, 'node_modules', '.package-lock.json');
  const lock = join(bench, 'package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}

/** npm's own script: `npm run` tells where it lies. */
function npmCli() {
  return (
    process.env.npm_execpath ?? join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
  );
}

/** Ends this process with the child's exit code unless that is 0. */
function run(cwd, args, stdout) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', stdout, process.stderr] });
    child.once('close', (code) => (code === 0 ? resolve() : process.exit(code ?? 1)));
  });
}
