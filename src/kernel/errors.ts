/**
 * Every failure that a caller may meet by name. The level says who should be woken: `warn` is the caller's mistake,
 * `error` is ours. HTTP statuses live in platform/http, where HTTP lives.
 */
const ERRORS = {
  config_invalid: 'error',
  already_running: 'warn',
  dependency_unavailable: 'error',
  schema_outdated: 'error',
  overloaded: 'warn',
  storage_unavailable: 'error',
  append_refused: 'error',
  not_found: 'warn',
  conflict: 'warn',
  ambiguous_ticket: 'warn',
  invalid_input: 'warn',
  invalid_query: 'warn',
  not_yet_visible: 'warn',
  unauthenticated: 'warn',
  forbidden: 'warn',
  internal_error: 'error',
} as const satisfies Record<string, 'warn' | 'error'>;

export type ErrorCode = keyof typeof ERRORS;

export class CasetrailError extends Error {
  override readonly name = 'CasetrailError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  get level(): 'warn' | 'error' {
    return ERRORS[this.code];
  }
}

/** What was thrown, as an Error: `catch` may hold anything. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
