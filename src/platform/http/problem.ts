import { type ErrorCode } from '../../kernel/errors';

/** RFC 9457, with our own members. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly receipt_id?: string;
  readonly retry_after_s?: number;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly [member: string]: unknown;
}

/** The only place where our errors meet HTTP statuses. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  config_invalid: 500,
  already_running: 500,
  dependency_unavailable: 503,
  schema_outdated: 503,
  overloaded: 503,
  storage_unavailable: 503,
  append_refused: 422,
  not_found: 404,
  conflict: 409,
  ambiguous_ticket: 409,
  invalid_input: 422,
  invalid_query: 400,
  not_yet_visible: 503,
  unauthenticated: 401,
  forbidden: 403,
  internal_error: 500,
};

export function statusOf(code: ErrorCode): number {
  return STATUS[code];
}

export function problem(
  status: number,
  code: string,
  detail: string,
  members: Readonly<Record<string, unknown>> = {},
): Problem {
  return {
    type: `urn:casetrail:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail,
    code,
    retryable: status === 429 || status >= 500 || status === 408,
    ...members,
  };
}

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';
