import { DatabaseError as PgError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { CasetrailError } from '../../kernel/errors';

/** PostgreSQL refused the statement itself; the connection is fine. */
export class StatementError extends Error {
  override readonly name = 'StatementError';

  constructor(
    readonly sqlState: string,
    readonly constraint: string | undefined,
    /** What PostgreSQL adds to the message: the key in question, the objects that depend. */
    readonly detail: string | undefined,
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }

  /** Classes 22, 23 and 54 (too long for an index, too deep): the data is at fault, the same statement will fail again. */
  get isAboutData(): boolean {
    return /^(22|23|54)/.test(this.sqlState);
  }

  /** Something unique is there already; another transaction may have been first. */
  get isTaken(): boolean {
    return this.sqlState === '23505';
  }

  /** Another transaction was in the way: the same statement may pass next time. */
  get isTransient(): boolean {
    return this.sqlState === '40001' || this.sqlState === '40P01' || this.sqlState === '55P03';
  }
}

/**
 * A driver's error in our words. What is not a refused statement (no connection, a cut one, a timeout, a server that is
 * starting or stopping, a full disk) leaves the outcome unknown and reads as `storage_unavailable`.
 */
export function translated(thrown: unknown): StatementError | CasetrailError {
  if (thrown instanceof QueryFailedError) return translated(thrown.driverError);
  if (thrown instanceof StatementError || thrown instanceof CasetrailError) return thrown;
  if (thrown instanceof PgError && thrown.code !== undefined && !isAboutTheServer(thrown.code)) {
    return new StatementError(thrown.code, thrown.constraint, thrown.detail, thrown.message, thrown);
  }
  const detail = thrown instanceof Error && thrown.message !== '' ? thrown.message : firstOf(thrown);
  return new CasetrailError('storage_unavailable', `PostgreSQL is not answering: ${detail}`, {
    cause: thrown,
  });
}

/** 08 connection, 53 resources (disk full, too many connections), 57P operator intervention, 58 system, XX internal. */
function isAboutTheServer(sqlState: string): boolean {
  return /^(08|53|57P|58|XX)/.test(sqlState) || sqlState === '57014' || sqlState === '25006';
}

/** Node reports a host name with several addresses as an AggregateError without a message of its own. */
function firstOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors[0] instanceof Error) return thrown.errors[0].message;
  return String(thrown);
}
