import { randomUUID } from 'node:crypto';
import { allowedNext } from '../domain/lifecycle';
import { splitPersonal } from '../domain/personal';
import { type Json } from '../kernel/canonical-json';
import { asError, CasetrailError } from '../kernel/errors';
import { ticketKey } from '../kernel/ticket-key';
import { isUuid, uuidV5 } from '../kernel/uuid';
import { fingerprintOf } from '../ledger/event-hash';
import { type Incoming } from '../ledger/incoming';
import { type Ledger } from '../ledger/ledger';
import { type Outcome, type Receipt } from '../ledger/outcome';
import { NAMED_REOPENED } from '../ledger/reading';
import { problem } from '../platform/http/problem';
import { type Queryable } from '../platform/postgres/database';
import { type Body, type Understood } from './dialects/dialect';
import { readTelegramCrm } from './dialects/telegram-crm';
import { isWellFormed, verifyEnvelope } from './envelope-signature';
import { quarantine } from './quarantine';
import { type Source, type SourceRegistry } from './sources/source-registry';

const SECOND = 1000;
/** Of the sender's patience; the rest is for the way there and back. */
const COMMIT_SHARE = 0.6;
const FUTURE_TOLERANCE_MS = 120 * SECOND;
const LATE_MS = 60 * SECOND;
const STALE_MS = 24 * 60 * 60 * SECOND;
/** Names event ids for senders whose own are no UUIDs. */
const EVENT_IDS = '5a1f4a66-3f0e-5b0e-8f0e-2f4f3a1c9d21';

export interface WebhookRequest {
  readonly raw: Buffer;
  readonly receivedAt: number;
  readonly traceparent: string | null;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterS?: number;
  readonly receiptId: string;
}

export interface ReceiverOptions {
  readonly db: Queryable;
  readonly ledger: Ledger;
  readonly sources: SourceRegistry;
  readonly log: (message: string) => void;
}

/** One webhook from its bytes to its answer. Authenticates before it understands. */
export class WebhookReceiver {
  constructor(private readonly options: ReceiverOptions) {}

  async receive(sourceKey: string, request: WebhookRequest): Promise<Answer> {
    const receiptId = randomUUID();
    try {
      return await this.#receive(sourceKey, request, receiptId);
    } catch (thrown) {
      return this.#failed(thrown, receiptId);
    }
  }

  async #receive(sourceKey: string, request: WebhookRequest, receiptId: string): Promise<Answer> {
    const refuse = (status: number, code: string, detail: string, members: Body = {}): Answer => ({
      status,
      receiptId,
      body: problem(status, code, detail, { receipt_id: receiptId, ...members }),
    });
    const source = await this.options.sources.find(sourceKey);
    if (source === undefined) return refuse(404, 'source_not_found', 'There is no source at this URL.');
    if (source.status === 'retired')
      return refuse(410, 'source_retired', 'This source was retired: stop sending.');
    const json = parseObject(request.raw);
    if (typeof json === 'string') return refuse(401, 'signature_missing', json);
    const envelope = signedPart(json);
    if (envelope === null) {
      const detail = 'The body needs the strings signature, event_id, event_type and timestamp.';
      return refuse(401, 'signature_missing', detail);
    }
    if (!isWellFormed(envelope.signature)) {
      return refuse(
        401,
        'signature_malformed',
        'The signature is not an HMAC-SHA256 in hex (64 characters).',
      );
    }
    const key = verifyEnvelope(source.keys, envelope, request.receivedAt);
    if (key === null) {
      const detail =
        'Invalid signature: the HMAC-SHA256 of event_id + event_type + timestamp matches no live key of this source.';
      return refuse(401, 'signature_invalid', detail);
    }
    const integration = (json['source'] as Body | null | undefined)?.['integration_id'];
    if (integration !== undefined && integration !== source.integrationId) {
      const detail = `This source accepts integration_id "${source.integrationId}" only.`;
      return refuse(403, 'integration_mismatch', detail);
    }
    const reading = readTelegramCrm(json);
    if (reading.kind === 'ping') return accepted(receiptId, { status: 'ping' });
    if (reading.kind === 'invalid') {
      const detail = 'The envelope or body is not as this event type needs it; see errors.';
      return refuse(422, 'schema_violation', detail, { errors: reading.errors });
    }
    if (reading.warning !== null) this.options.log(`source ${source.name}: ${reading.warning}`);
    const incoming = incomingOf(source, key.keyId, reading, request, receiptId);
    const deadline = request.receivedAt + source.profile.senderTimeoutMs * COMMIT_SHARE;
    try {
      return answerTo(await this.options.ledger.append(incoming, deadline), incoming, receiptId, refuse);
    } catch (thrown) {
      if (!(thrown instanceof CasetrailError) || thrown.code !== 'append_refused') throw thrown;
      const { message } = thrown;
      await quarantine(this.options.db, {
        source: source.name,
        receiptId,
        receivedAt: request.receivedAt,
        keyId: key.keyId,
        code: 'schema_violation',
        detail: message,
        raw: request.raw,
      });
      const detail =
        'The event holds characters or values that can not be stored; its bytes are kept in quarantine.';
      return refuse(422, 'schema_violation', detail, { errors: [{ path: '', message }] });
    }
  }

  #failed(thrown: unknown, receiptId: string): Answer {
    const error = asError(thrown);
    const known = error instanceof CasetrailError ? error.code : 'internal_error';
    const told = (status: number, code: string, detail: string, retryAfterS?: number): Answer => ({
      status,
      receiptId,
      ...(retryAfterS === undefined ? {} : { retryAfterS }),
      body: problem(status, code, detail, {
        receipt_id: receiptId,
        ...(retryAfterS === undefined ? {} : { retry_after_s: retryAfterS }),
      }),
    });
    switch (known) {
      case 'overloaded':
        return told(503, 'overloaded', 'Too many events are waiting to be stored. Send it again.', 1);
      case 'storage_unavailable':
        return told(503, 'storage_unavailable', 'The event may not be stored. Send it again.', 1);
      default:
        this.options.log(`receipt ${receiptId}: ${error.stack ?? error.message}`);
        return told(500, 'internal_error', 'Something went wrong on our side.');
    }
  }
}

function answerTo(
  outcome: Outcome,
  incoming: Incoming,
  receiptId: string,
  refuse: (status: number, code: string, detail: string, members?: Body) => Answer,
): Answer {
  const receipt = outcome.kind === 'stored' ? outcome.receipt : outcome.first;
  if (outcome.kind === 'duplicate' && !outcome.sameContent) {
    const detail = `An event ${incoming.dedupeKey} with other content came before; the first one stands.`;
    return refuse(422, 'idempotency_conflict', detail, { duplicate_of: receipt.eventId });
  }
  if (receipt.verdict === 'rejected') {
    return refuse(409, 'invalid_transition', transitionDetail(incoming, receipt), {
      event_id: receipt.eventId,
      position: printed(receipt),
      reason: receipt.reason,
      current_status: receipt.after?.status,
      claimed: {
        previous_status: incoming.data['previous_status'] ?? null,
        new_status: incoming.data['new_status'],
      },
      allowed_next:
        receipt.after === null ? [] : allowedNext(receipt.after.status, receipt.after.close_reason),
      ...(outcome.kind === 'duplicate'
        ? { duplicate_of: receipt.eventId, current_verdict: outcome.currentVerdict }
        : {}),
    });
  }
  return accepted(receiptId, {
    status:
      outcome.kind === 'duplicate' ? 'duplicate' : incoming.type === 'unmapped' ? 'unmapped' : 'accepted',
    verdict: receipt.verdict,
    ...(receipt.reason === null ? {} : { reason: receipt.reason }),
    event_id: receipt.eventId,
    position: printed(receipt),
    duplicate_of: outcome.kind === 'duplicate' ? receipt.eventId : null,
    ...(outcome.kind === 'duplicate' ? { current_verdict: outcome.currentVerdict } : {}),
  });
}

function accepted(receiptId: string, members: Body): Answer {
  return { status: 200, receiptId, body: { ...members, receipt_id: receiptId } };
}

function transitionDetail(incoming: Incoming, receipt: Receipt): string {
  const to = typeof incoming.data['new_status'] === 'string' ? incoming.data['new_status'] : incoming.type;
  const from = receipt.after?.status ?? 'unknown';
  if (receipt.reason === 'unknown_status')
    return `There is no status "${to}". The event is kept as evidence.`;
  return `A ticket that is ${from} can not become "${to}". The event is kept as evidence; nothing else changed.`;
}

function printed(receipt: Receipt): string {
  return `${receipt.lane}:${receipt.position}`;
}

function incomingOf(
  source: Source,
  keyId: string,
  read: Understood,
  request: WebhookRequest,
  receiptId: string,
): Incoming {
  const { data, personal } = splitPersonal(read.type, read.body) as Record<
    'data' | 'personal',
    Record<string, Json>
  >;
  const { tenant } = source;
  const partitionKey =
    read.ticketId === null
      ? `${tenant}//${read.subject ?? `source/${source.key}`}`
      : ticketKey(tenant, read.ticketId);
  const inFuture = read.occurredAt > request.receivedAt + FUTURE_TOLERANCE_MS;
  const occurredAt = inFuture ? request.receivedAt : read.occurredAt;
  return {
    tenant,
    ticketId: read.ticketId,
    partitionKey,
    eventId: isUuid(read.sourceEventId)
      ? read.sourceEventId.toLowerCase()
      : uuidV5(EVENT_IDS, `${source.key} ${read.dedupeKey}`),
    source: source.name,
    sourceEventId: read.sourceEventId,
    sourceType: read.sourceType,
    dedupeKey: read.dedupeKey,
    fingerprint: fingerprintOf(read.content as Json),
    type: read.type,
    namedReopened: read.namedReopened,
    schemaVersion: 1,
    occurredAt,
    claimedAt: read.claimedAt,
    receivedAt: request.receivedAt,
    flags: arrivalFlags(read, inFuture, request.receivedAt - occurredAt),
    data,
    personal,
    raw: request.raw,
    correlationId: receiptId,
    causationId: null,
    traceparent: request.traceparent,
    keyId,
  };
}

/** Facts of arrival, measured against the arrival and never against the wall clock. */
function arrivalFlags(read: Understood, inFuture: boolean, delayMs: number): string[] {
  const flags: string[] = [];
  if (inFuture) flags.push('future_clock');
  if (delayMs > LATE_MS) flags.push('late');
  if (delayMs > STALE_MS) flags.push('stale');
  if (read.namedReopened) flags.push(NAMED_REOPENED);
  return flags;
}

/** The object, or what is wrong with the body in words. */
function parseObject(raw: Buffer): Body | string {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    return 'The body is not JSON in UTF-8, so it holds no signature.';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'The body is not a JSON object, so it holds no signature.';
  }
  return value as Body;
}

function signedPart(json: Body): Parameters<typeof verifyEnvelope>[1] | null {
  const { signature, event_id: eventId, event_type: eventType, timestamp } = json;
  if (typeof signature !== 'string' || typeof eventId !== 'string') return null;
  if (typeof eventType !== 'string' || typeof timestamp !== 'string') return null;
  return { signature, eventId, eventType, timestamp };
}
