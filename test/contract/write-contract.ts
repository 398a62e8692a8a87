// Writes the generated part of the contract: `npm run contract`. With --check it only says what differs, with --release
// it also records the schemas as released: from then on nothing but additions passes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contractFiles, lockFile } from './support/contract-files';
import { changesSinceRelease, LOCK, ROOT } from './support/released';

async function main(option: string | undefined): Promise<void> {
  const isReleased = existsSync(join(ROOT, LOCK));
  const broken = isReleased ? changesSinceRelease() : [];
  if (broken.length > 0) {
    fail('This breaks v1 for its consumers', broken);
    return;
  }
  const files = await contractFiles();
  if (option === '--release' || !isReleased) files.set(LOCK, await lockFile());
  const stale = [...files].filter(([path, text]) => !isWritten(join(ROOT, path), text));
  if (option !== '--check') for (const [path, text] of stale) write(path, text);
  else if (stale.length > 0)
    fail(
      'Not what the code says; run `npm run contract`',
      stale.map(([path]) => path),
    );
}

function isWritten(path: string, text: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8') === text;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
  process.stdout.write(`${path}\n`);
}

function fail(what: string, where: readonly string[]): void {
  process.stderr.write(`${what}:\n${where.map((line) => `  ${line}\n`).join('')}`);
  process.exitCode = 1;
}

void main(process.argv[3]);
