/**
 * Every way a webhook can be refused: its status, and whether the delivery journal keeps a row of it. `count` means a
 * counter only: such a refusal is not about the sender, or comes in such numbers that rows would be the damage.
 */
export const REFUSALS = {
  https_required: { status: 403, kept: 'count' },
  overloaded: { status: 503, kept: 'count' },
  method_not_allowed: { status: 405, kept: 'count' },
  source_not_found: { status: 404, kept: 'count' },
  source_retired: { status: 410, kept: 'journal' },
  source_blocked: { status: 403, kept: 'journal' },
  ip_not_allowed: { status: 403, kept: 'journal' },
  client_certificate_required: { status: 403, kept: 'journal' },
  client_certificate_rejected: { status: 403, kept: 'journal' },
  too_many_failures: { status: 429, kept: 'count' },
  payload_too_large: { status: 413, kept: 'journal' },
  unsupported_content_encoding: { status: 415, kept: 'journal' },
  body_timeout: { status: 408, kept: 'journal' },
  signature_missing: { status: 401, kept: 'journal' },
  signature_malformed: { status: 401, kept: 'journal' },
  signature_invalid: { status: 401, kept: 'journal' },
  bearer_missing: { status: 401, kept: 'journal' },
  bearer_invalid: { status: 401, kept: 'journal' },
  token_missing: { status: 401, kept: 'journal' },
  token_invalid: { status: 401, kept: 'journal' },
  timestamp_expired: { status: 401, kept: 'journal' },
  timestamp_in_future: { status: 401, kept: 'journal' },
  token_expired: { status: 401, kept: 'journal' },
  insufficient_scope: { status: 403, kept: 'quarantine' },
  integration_mismatch: { status: 403, kept: 'quarantine' },
  environment_mismatch: { status: 403, kept: 'quarantine' },
  rate_limited: { status: 429, kept: 'journal' },
  unsupported_media_type: { status: 415, kept: 'quarantine' },
  malformed_json: { status: 400, kept: 'quarantine' },
  schema_violation: { status: 422, kept: 'quarantine' },
  idempotency_conflict: { status: 422, kept: 'quarantine' },
  invalid_transition: { status: 409, kept: 'event' },
  storage_unavailable: { status: 503, kept: 'count' },
  internal_error: { status: 500, kept: 'journal' },
} as const satisfies Record<string, { status: number; kept: 'count' | 'journal' | 'quarantine' | 'event' }>;

export type RefusalCode = keyof typeof REFUSALS;

/** The statuses a 200 may carry in its body. */
export const ANSWER_STATUSES = ['accepted', 'duplicate', 'ping', 'quarantined', 'held', 'unmapped'] as const;
export type AnswerStatus = (typeof ANSWER_STATUSES)[number];

/** What a source with on_invalid: absorb answers 200 for; the evidence is kept all the same. */
export function isAbsorbable(code: RefusalCode): boolean {
  return (
    code === 'unsupported_media_type' ||
    code === 'malformed_json' ||
    code === 'schema_violation' ||
    code === 'idempotency_conflict'
  );
}
