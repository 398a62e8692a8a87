// What `npm start` and `npm test` need before anything is installed: only Node's own modules, and syntax that an old
// Node still reads, so that it can be told that it is too old. Prints nothing when everything is fresh.
import { spawn } from 'child_process';
import { createHash } from 'crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { dirname, join, relative } from 'path';
import { fileURLToPath } from 'url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const installStamp = join(root, 'node_modules', '.casetrail-install');
const buildStamp = join(root, 'dist', '.casetrail-build');
const lock = join(root, '.prepare.lock');
const STILL_BUSY_MS = 10000;
const LOOK_AGAIN_MS = 500;

function main() {
  refuseOldNode();
  return locked().then(() => install().then(() => (process.argv.includes('--build') ? build() : undefined)));
}

/** `npm start` and `npm test` may be typed in the same minute: the second waits until the first has prepared. */
function locked() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    process.once('exit', () => rmSync(lock, { force: true }));
    return Promise.resolve();
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAlive(lockOwner())) rmSync(lock, { force: true });
    return new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS)).then(locked);
  }
}

function lockOwner() {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch (error) {
    return 0;
  }
}

function isAlive(pid) {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function refuseOldNode() {
  const wanted = readJson('package.json').engines.node;
  if (satisfies(process.versions.node, wanted)) return;
  throw new Error('casetrail needs Node ' + wanted + '; this is Node ' + process.versions.node + '.');
}

/** The two forms that the engines field uses: `^a.b.c` and `>=a.b.c`, joined by `||`. */
function satisfies(version, range) {
  const numbers = (text) => text.split('.').map(Number);
  const [major, minor, patch] = numbers(version);
  return range.split('||').some((part) => {
    const [wantedMajor, wantedMinor, wantedPatch] = numbers(part.trim().replace(/^(\^|>=)/, ''));
    if (major !== wantedMajor) return part.trim().startsWith('>=') && major > wantedMajor;
    return minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch);
  });
}

function install() {
  const stamp = {
    files: sha256(['package-lock.json', 'package.json']),
    node: process.version,
    platform: process.platform + '-' + process.arch,
  };
  const before = readStamp(installStamp);
  const same = before !== undefined && Object.keys(stamp).every((key) => before[key] === stamp[key]);
  if (same) return Promise.resolve();
  if (isInstalled(before, stamp)) {
    writeStamp(installStamp, stamp);
    return Promise.resolve();
  }
  // Development and optional packages whatever NODE_ENV says: the build needs the first, the embedded database the second.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  return npm(args, 'Installing the dependencies (npm ci)').then(() => writeStamp(installStamp, stamp));
}

/** Did `npm ci` or `npm install` of the user's own bring exactly what the lock names? npm's hidden lockfile tells. */
function isInstalled(before, stamp) {
  const major = (version) => version.split('.')[0];
  if (
    before !== undefined &&
    (before.platform !== stamp.platform || major(before.node) !== major(stamp.node))
  )
    return false;
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return false;
  const manifest = readJson('package.json');
  const wanted = readJson('package-lock.json').packages;
  const found = readJson('node_modules/.package-lock.json').packages;
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];
  if (kinds.some((kind) => !sameObject(manifest[kind], wanted[''][kind]))) return false;
  const here = (entry) => allows(entry.os, process.platform) && allows(entry.cpu, process.arch);
  return (
    Object.keys(found).every((path) => here(found[path]) && existsSync(join(root, path))) &&
    Object.keys(wanted).every((path) => {
      if (path === '') return true;
      if (found[path] === undefined)
        return wanted[path].optional === true && !isNeededHere(wanted[path], here);
      return found[path].version === wanted[path].version && found[path].integrity === wanted[path].integrity;
    })
  );
}

/** An optional package for this very platform that is missing was left out, not unfit. */
function isNeededHere(entry, here) {
  return (entry.os !== undefined || entry.cpu !== undefined) && entry.libc === undefined && here(entry);
}

function allows(list, value) {
  if (list === undefined) return true;
  return list.includes(value) || (list.every((item) => item.startsWith('!')) && !list.includes('!' + value));
}

function sameObject(left = {}, right = {}) {
  const sorted = (object) =>
    JSON.stringify(
      Object.keys(object)
        .sort()
        .map((key) => [key, object[key]]),
    );
  return sorted(left) === sorted(right);
}

function build() {
  const settings = readdirSync(root).filter((name) =>
    /^(tsconfig.*|nest-cli|package-lock)\.json$/.test(name),
  );
  const stamp = { files: sha256([...settings, ...filesUnder('src')].sort()) };
  const before = readStamp(buildStamp);
  if (before !== undefined && before.files === stamp.files) return Promise.resolve();
  return npm(['run', '--silent', 'build'], 'Building').then(() => writeStamp(buildStamp, stamp));
}

/** npm shows its own progress on a terminal; elsewhere a line now and then says that it is still busy. */
function npm(args, what) {
  const cli = process.env.npm_execpath;
  const [command, first] =
    cli !== undefined && /npm-cli\.c?js$/.test(cli) ? [process.execPath, [cli]] : ['npm', []];
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000) + ' s';
  console.error(what + ' …');
  const busy = setInterval(() => {
    if (!process.stderr.isTTY) console.error(what + ', ' + seconds() + ' …');
  }, STILL_BUSY_MS);
  return new Promise((resolve, reject) => {
    // npm's own chatter is no output of `npm start`.
    const child = spawn(command, [...first, ...args], {
      cwd: root,
      stdio: ['ignore', process.stderr, process.stderr],
    });
    const failed = (how) => reject(new Error(what + ' failed: npm ' + args.join(' ') + ' ' + how + '.'));
    child.once('error', (error) => failed('could not be started (' + error.message + ')'));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else failed('ended with ' + (signal === null ? 'exit code ' + code : signal));
    });
  }).then(
    () => {
      clearInterval(busy);
      console.error(what + ': done in ' + seconds());
    },
    (error) => {
      clearInterval(busy);
      throw error;
    },
  );
}

function filesUnder(directory) {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function sha256(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    hash.update(relative(root, join(root, path)) + '\0').update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function readStamp(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return undefined;
  }
}

function writeStamp(path, stamp) {
  writeFileSync(path, JSON.stringify(stamp) + '\n');
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
new Promise((resolve) => resolve(main())).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
