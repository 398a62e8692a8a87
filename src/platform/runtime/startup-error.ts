import { CasetrailError, type ErrorCode } from '../../kernel/errors';

export type Log = (line: string) => void;

/** Start-up failures are read by a person at a terminal: one line that says what to do, the cause kept for the log. */
export function startupError(code: ErrorCode, line: string, cause?: unknown): CasetrailError {
  return new CasetrailError(code, line, cause === undefined ? {} : { cause });
}

/** A file system failure under `path` as one line; what is already one line of ours passes through. */
export function storageError(thrown: unknown, path: string): CasetrailError {
  if (thrown instanceof CasetrailError) return thrown;
  return startupError('storage_unavailable', storageLine(errnoOf(thrown) ?? '', path, thrown), thrown);
}

function storageLine(code: string, path: string, thrown: unknown): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFullLine(path);
    case 'EACCES':
    case 'EPERM':
      return `No permission to write under ${path}; give it to the user that runs casetrail or set CASETRAIL_DATA_DIR.`;
    case 'EROFS':
      return `The file system of ${path} is read-only; set CASETRAIL_DATA_DIR to a writable place.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${path} is in the way: a directory is needed there.`;
    default:
      return `Could not use ${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

export function diskFullLine(path: string): string {
  return `The disk is full: could not write under ${path}.`;
}

/** By its shape: jest runs code in a realm of its own, where the errors of Node's modules are no instance of Error. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
