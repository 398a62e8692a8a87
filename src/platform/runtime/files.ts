import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './startup-error';

const OWNER_ONLY = 0o600;

export function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** JSON of ours; undefined when the file is missing or was cut off, for every reader here heals that by making it anew. */
export function readJsonIfThere(path: string): unknown {
  const text = readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed: a reader sees the old file or the new one, never half of it. */
export function replaceFile(path: string, text: string): void {
  renameSync(writeBeside(path, text), path);
}

/** Makes the file unless it is there; false when it was. Of several processes exactly one gets true. */
export function createFileOnce(path: string, text: string): boolean {
  const beside = writeBeside(path, text);
  try {
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

function writeBeside(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, text, { mode: OWNER_ONLY, flush: true });
  return beside;
}
