import { asError, CasetrailError } from '../kernel/errors';
import { StatementError } from '../platform/postgres/database-error';

/** Results go to stdout, everything said meanwhile to stderr: `--json` output stays one document. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Said once, where nothing moves for a while. */
export function sayWaiting(reason: string): void {
  say(`Waiting: ${reason}.`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** By what PostgreSQL's code begins with: what an operator has to look at. */
const ADVICE = [
  ['28', 'Is the login in DATABASE_URL right?'],
  ['3D', 'Is the name of the database in DATABASE_URL right?'],
  ['42501', 'README.md, "Configuration", names the rights that the login in DATABASE_URL needs.'],
  ['0A', 'README.md, "Configuration", names what the server needs.'],
  ['42', 'The schema is not the one of this version: run `casetrail migrate`.'],
  ['3F', 'The schema is not the one of this version: run `casetrail migrate`.'],
] as const;

/** What we foresaw is one clear message; a stack trace is for what we did not. */
export function reasonOf(thrown: unknown): string {
  const error = asError(thrown);
  if (error instanceof CasetrailError) return error.message;
  if (error instanceof StatementError) {
    const advice = ADVICE.find(([code]) => error.sqlState.startsWith(code))?.[1];
    if (advice !== undefined) return `PostgreSQL says: ${error.message}. ${advice}`;
  }
  return error.stack ?? error.message;
}

export function report(thrown: unknown): void {
  say(`casetrail: ${reasonOf(thrown)}`);
}

export function fail(thrown: unknown): never {
  report(thrown);
  process.exit(1);
}

/** Whoever read the output has gone (`| head`, a closed terminal): no reason to leave the work half done. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
}
