import { asError, CasetrailError } from '../kernel/errors';

/** Results go to stdout, everything said meanwhile to stderr: `--json` output stays one document. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** What we foresaw is one clear message; a stack trace is for what we did not. */
export function fail(thrown: unknown): never {
  const error = asError(thrown);
  say(error instanceof CasetrailError ? `casetrail: ${error.message}` : (error.stack ?? error.message));
  process.exit(1);
}
