import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDataDir } from '../support/cluster';

const SCRIPT = join(__dirname, '../../scripts/prepare.mjs');

/** Stands in for npm, since the network is not what is tried here: notes its calls and does what npm would leave. */
const FAKE_NPM = `
  const { appendFileSync, cpSync, mkdirSync, existsSync } = require('node:fs');
  appendFileSync('calls', process.argv.slice(2, 4).join(' ') + '\\n');
  if (existsSync('npm-fails')) process.exit(7);
  if (process.argv[2] === 'ci') { mkdirSync('node_modules/left', { recursive: true }); cpSync('package-lock.json', 'node_modules/.package-lock.json'); }
  else mkdirSync('dist', { recursive: true });
`;

const project = { engines: { node: '^20.19.0 || >=22.13.0' }, dependencies: { left: '1.0.0' } };
const lockOf = (version: string): object => ({
  packages: {
    '': { dependencies: project.dependencies },
    'node_modules/left': { version, integrity: `sha512-${version}` },
    'node_modules/for-another-system': { version: '1.0.0', optional: true, os: ['plan9'] },
  },
});

function newProject(): string {
  const root = temporaryDataDir();
  mkdirSync(join(root, 'scripts'));
  mkdirSync(join(root, 'src'));
  cpSync(SCRIPT, join(root, 'scripts', 'prepare.mjs'));
  writeFileSync(join(root, 'npm-cli.js'), FAKE_NPM);
  writeFileSync(join(root, 'src', 'main.ts'), 'one');
  writeFileSync(join(root, 'tsconfig.json'), '{}');
  writeJson(root, 'package.json', project);
  writeJson(root, 'package-lock.json', lockOf('1.0.0'));
  return root;
}

function writeJson(root: string, name: string, value: object): void {
  writeFileSync(join(root, name), JSON.stringify(value));
}

function prepare(root: string, ...args: string[]): { status: number | null; output: string } {
  const env = { PATH: process.env.PATH, npm_execpath: join(root, 'npm-cli.js') };
  const run = spawnSync(process.execPath, [join(root, 'scripts', 'prepare.mjs'), ...args], {
    env,
    encoding: 'utf8',
  });
  return { status: run.status, output: run.stdout + run.stderr };
}

/** What npm was asked for since the last look. */
function npmCalls(root: string): string[] {
  const file = join(root, 'calls');
  if (!existsSync(file)) return [];
  const calls = readFileSync(file, 'utf8').trim().split('\n');
  rmSync(file);
  return calls;
}

const SILENT = { status: 0, output: '' };

describe('scripts/prepare.mjs', () => {
  test('installs on a fresh clone, then has nothing to do or say', () => {
    const root = newProject();
    expect(prepare(root).status).toBe(0);
    expect(npmCalls(root)).toEqual(['ci --include=dev']);
    expect(prepare(root)).toEqual(SILENT);
    expect(npmCalls(root)).toEqual([]);
  });

  test('installs again when the lock has changed', () => {
    const root = newProject();
    prepare(root);
    npmCalls(root);
    writeJson(root, 'package-lock.json', lockOf('1.0.1'));
    expect(prepare(root).status).toBe(0);
    expect(npmCalls(root)).toEqual(['ci --include=dev']);
    expect(prepare(root)).toEqual(SILENT);
  });

  test("takes the user's own npm install as it is when it matches the lock", () => {
    const root = newProject();
    mkdirSync(join(root, 'node_modules', 'left'), { recursive: true });
    const installed = { packages: { 'node_modules/left': { version: '1.0.0', integrity: 'sha512-1.0.0' } } };
    writeJson(root, 'node_modules/.package-lock.json', installed);
    expect(prepare(root)).toEqual(SILENT);
    expect(npmCalls(root)).toEqual([]);
  });

  test('does not install for a change of package.json that touches no dependency', () => {
    const root = newProject();
    prepare(root);
    npmCalls(root);
    writeJson(root, 'package.json', { ...project, description: 'new words' });
    rmSync(join(root, 'node_modules', '.package-lock.json'));
    const installed = { packages: { 'node_modules/left': { version: '1.0.0', integrity: 'sha512-1.0.0' } } };
    writeJson(root, 'node_modules/.package-lock.json', installed);
    expect(prepare(root)).toEqual(SILENT);
    expect(npmCalls(root)).toEqual([]);
  });

  test('installs again when a package was deleted by hand before any stamp', () => {
    const root = newProject();
    mkdirSync(join(root, 'node_modules'));
    const installed = { packages: { 'node_modules/left': { version: '1.0.0', integrity: 'sha512-1.0.0' } } };
    writeJson(root, 'node_modules/.package-lock.json', installed);
    prepare(root);
    expect(npmCalls(root)).toEqual(['ci --include=dev']);
  });

  test('builds when a source has changed and only then', () => {
    const root = newProject();
    prepare(root, '--build');
    expect(npmCalls(root)).toEqual(['ci --include=dev', 'run --silent']);
    expect(prepare(root, '--build')).toEqual(SILENT);
    writeFileSync(join(root, 'src', 'main.ts'), 'two');
    expect(prepare(root, '--build').status).toBe(0);
    expect(npmCalls(root)).toEqual(['run --silent']);
    rmSync(join(root, 'dist'), { recursive: true });
    prepare(root, '--build');
    expect(npmCalls(root)).toEqual(['run --silent']);
  });

  test('ends with one clear line when npm fails, and tries again next time', () => {
    const root = newProject();
    writeFileSync(join(root, 'npm-fails'), '');
    const failed = prepare(root);
    expect(failed.status).toBe(1);
    expect(failed.output.trim().split('\n').at(-1)).toMatch(
      /^Installing the dependencies \(npm ci\) failed: npm ci .* ended with exit code 7\.$/,
    );
    rmSync(join(root, 'npm-fails'));
    expect(prepare(root).status).toBe(0);
  });

  test('tells a Node that is too old in one line', () => {
    const root = newProject();
    writeJson(root, 'package.json', { ...project, engines: { node: '^98.1.0 || >=99.0.0' } });
    expect(prepare(root)).toEqual({
      status: 1,
      output: `casetrail needs Node ^98.1.0 || >=99.0.0; this is Node ${process.versions.node}.\n`,
    });
  });
});
