import { CasetrailError } from '../kernel/errors';
import { StatementError } from '../platform/postgres/database-error';

export function unavailable(why: string, cause?: unknown): CasetrailError {
  return new CasetrailError('storage_unavailable', `${why}.`, cause === undefined ? undefined : { cause });
}

/** PostgreSQL is away, or another transaction was in the way: the same append may pass later. */
export function isOutage(thrown: unknown): boolean {
  if (thrown instanceof StatementError) return thrown.isTransient;
  return thrown instanceof CasetrailError && thrown.code === 'storage_unavailable';
}

/** Another append stored one of the events, or a ticket's first one, in the same moment. */
export function isRace(thrown: unknown): boolean {
  return thrown instanceof StatementError && thrown.isTaken;
}

export function isAboutData(error: Error): error is StatementError {
  return error instanceof StatementError && error.isAboutData;
}

export function refusal(error: Error): CasetrailError {
  if (!isAboutData(error))
    return new CasetrailError('internal_error', 'The event could not be judged.', { cause: error });
  return new CasetrailError('append_refused', `PostgreSQL can't hold this event: ${error.message}`, {
    cause: error,
  });
}
