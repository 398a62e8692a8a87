import { asError, CasetrailError } from '../kernel/errors';
import { inTime } from '../kernel/in-time';
import { type Incoming } from '../ledger/incoming';
import { type Ledger } from '../ledger/ledger';
import { type Outcome } from '../ledger/outcome';
import { type Queryable } from '../platform/postgres/database';
import { type Answer, type Answers, type FieldMistake } from './answer';
import { authenticate, type Authentic as Proved } from './auth/authenticate';
import { type AuthRequest } from './auth/auth-request';
import { diagnose } from './auth/diagnose';
import { type Authentic } from './authentic';
import { isAbsorbable, type RefusalCode } from './codes';
import { type Understood } from './dialects/dialect';
import { readWebhook } from './dialects/read-webhook';
import { type Arrival } from './door/arrival';
import { type TakenBody } from './door/take-body';
import { hold } from './held/held-store';
import { type Beside, incomingOf } from './incoming-of';
import { type DeliveryJournal } from './journal/delivery-journal';
import { type Warnings } from './journal/warnings';
import { readJson, type JsonReading } from './json/strict-json';
import { answerTo } from './outcome-answer';
import { quarantine } from './quarantine/quarantine-store';
import { RateLimit } from './rate-limit';
import { scopeMistake, tenantOf } from './scope';
import { type Source } from './sources/source-registry';

/** Of the sender's patience; the rest is for the way there and back. */
const COMMIT_SHARE = 0.6;
/** However long its body took to arrive, an event gets this long to be stored. */
const COMMIT_AT_LEAST_MS = 500;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

export interface ReceiverOptions {
  readonly db: Queryable;
  readonly ledger: Ledger;
  readonly journal: Pick<DeliveryJournal, 'noteUse'>;
  readonly warnings: Warnings;
  readonly log: (message: string) => void;
}

/** Rows 11 to 26: from the bytes of one webhook to its answer. Authenticates before it understands. */
export class WebhookReceiver {
  readonly #rates = new RateLimit();

  constructor(private readonly options: ReceiverOptions) {}

  /** Rows 11 to 15, then the rest. */
  async receive(source: Source, arrival: Arrival, body: TakenBody, answers: Answers): Promise<Answer> {
    const request: AuthRequest = {
      headers: arrival.headers,
      raw: body.raw,
      receivedAt: arrival.receivedAt,
      hasClientCertificate: arrival.certificate.kind === 'verified',
    };
    const proved = authenticate(source.policy.auth, source.credentials, request);
    if (!proved.ok) {
      if (isUnsignedPing(source, arrival, proved.code, body.raw)) return answers.success('ping');
      const { policy, credentials } = source;
      const examine = (): readonly string[] => diagnose(policy.auth, credentials, request);
      return { ...answers.refusal(proved.code, proved.detail), examine };
    }
    const delivery = authenticOf(source, arrival, body.raw, proved);
    if (delivery.keyId !== null)
      this.options.journal.noteUse(source.name, delivery.keyId, arrival.receivedAt);
    if (proved.proofs.some(({ isLegacy }) => isLegacy)) {
      this.options.warnings.warn(source.name, 'legacy_sha1', 'a signature with SHA-1 was accepted');
    }
    const answer = await this.#receiveProved(source, delivery, answers);
    return { ...answer, keyId: delivery.keyId };
  }

  /** Rows 16 to 26 for what was proved before: out of hold, out of quarantine, or from a file of history. */
  receiveAgain(
    source: Source,
    delivery: Authentic,
    answers: Answers,
    beside: Beside | null = null,
  ): Promise<Answer> {
    return this.#understand(source, delivery, delivery.json ?? readJson(delivery.raw), answers, beside);
  }

  /** Row 24 and 25, and an append queue that overflowed after row 2 had let the request in. */
  failed(thrown: unknown, answers: Answers): Answer {
    const error = asError(thrown);
    const known = error instanceof CasetrailError ? error.code : 'internal_error';
    switch (known) {
      case 'overloaded': {
        const detail = 'Too many events are waiting to be stored. Send it again.';
        return answers.refusal('overloaded', detail, { retryAfterS: 1 });
      }
      case 'storage_unavailable': {
        const detail =
          'It could not be confirmed that this was stored. Send it again: if it was, the answer says so.';
        return answers.refusal('storage_unavailable', detail, { retryAfterS: 1 });
      }
      default:
        this.options.log(`receipt ${answers.receiptId}: ${error.stack ?? error.message}`);
        return answers.refusal('internal_error', 'Something went wrong on our side.');
    }
  }

  async #receiveProved(source: Source, delivery: Authentic, answers: Answers): Promise<Answer> {
    const json = delivery.json ?? readJson(delivery.raw);
    const mistake = scopeMistake(source, delivery, json);
    if (mistake !== null) return this.#setAside(source, delivery, answers, mistake);
    const { rate } = source.policy;
    if (rate !== null) {
      const waitS = this.#rates.waitS(source.name, rate, delivery.receivedAt);
      if (waitS !== null) {
        const detail = `This source may send ${rate.perSecond} webhooks a second. Send it again in ${waitS} s.`;
        return answers.refusal('rate_limited', detail, { retryAfterS: waitS });
      }
    }
    return this.#understand(source, delivery, json, answers, null);
  }

  async #understand(
    source: Source,
    delivery: Authentic,
    json: JsonReading,
    answers: Answers,
    beside: Beside | null,
  ): Promise<Answer> {
    if (delivery.isHttp && !JSON_TYPE.test(delivery.contentType ?? '')) {
      const shown = delivery.contentType === null ? 'none was sent' : `not "${delivery.contentType}"`;
      const detail = `Send the body as application/json: ${shown}.`;
      return this.#setAside(source, delivery, answers, { code: 'unsupported_media_type', detail });
    }
    if (json.kind === 'malformed') {
      const detail = `The body is not the JSON we take: ${json.message}.`;
      const errors = [{ path: json.path, message: json.message }];
      return this.#setAside(source, delivery, answers, { code: 'malformed_json', detail, errors });
    }
    const read = readWebhook(source.policy, json.value, delivery);
    if (read.kind === 'ping') return answers.success('ping');
    const errors = json.kind === 'unfit' ? [{ path: json.path, message: json.message }] : [];
    if (read.kind === 'invalid' || errors.length > 0) {
      return this.#setAside(source, delivery, answers, {
        code: 'schema_violation',
        detail: 'A field is missing or not as this event type needs it; see errors.',
        errors: [...errors, ...(read.kind === 'invalid' ? read.errors : [])],
      });
    }
    for (const warning of read.warnings) this.options.warnings.warn(source.name, 'payload', warning);
    return this.#store(source, delivery, read, json, answers, beside);
  }

  async #store(
    source: Source,
    delivery: Authentic,
    read: Understood,
    json: JsonReading,
    answers: Answers,
    beside: Beside | null,
  ): Promise<Answer> {
    const incoming = incomingOf(source, tenantOf(source, json), read, delivery, beside);
    try {
      const outcome = await this.#appended(source, delivery, incoming);
      if (outcome === null) return answers.success('held');
      if (outcome.kind !== 'duplicate' || outcome.sameContent) {
        return answerTo(outcome, incoming, answers, source.policy.onInvalid);
      }
      this.options.warnings.warn(
        source.name,
        'conflict',
        `${incoming.dedupeKey} came again with other content`,
      );
      return await this.#setAside(source, delivery, answers, {
        code: 'idempotency_conflict',
        detail: `An event ${incoming.dedupeKey} with other content came before, and stands. Give a new statement a new id.`,
        firstEventId: outcome.first.eventId,
      });
    } catch (thrown) {
      if (!(thrown instanceof CasetrailError) || thrown.code !== 'append_refused') throw thrown;
      return this.#setAside(source, delivery, answers, {
        code: 'schema_violation',
        detail:
          'The event holds characters or values that can not be stored; its bytes are kept in quarantine.',
        errors: [{ path: '', message: thrown.message }],
      });
    }
  }

  /** Null: held back, since its source is paused. What the log has already is known to it all the same. */
  async #appended(source: Source, delivery: Authentic, incoming: Incoming): Promise<Outcome | null> {
    const { db, ledger } = this.options;
    const { deadlineAt } = delivery;
    if (source.status !== 'paused' || !delivery.isHttp) return ledger.append(incoming, deadlineAt);
    const known = await ledger.known(incoming, deadlineAt);
    if (known === null) await inTime(deadlineAt, hold(db, { ...delivery, source: source.name }, incoming));
    return known;
  }

  /** Kept before anything is answered: the sender may never send it again. */
  async #setAside(source: Source, delivery: Authentic, answers: Answers, mistake: Mistake): Promise<Answer> {
    const { code, detail, errors = null, firstEventId = null } = mistake;
    const { receiptId, receivedAt, keyId, traceparent, webhookId, isImported, raw } = delivery;
    const kept = {
      source: source.name,
      receiptId,
      receivedAt,
      keyId,
      traceparent,
      webhookId,
      isImported,
      raw,
    };
    if (!delivery.isKept) {
      const keeping = quarantine(this.options.db, { ...kept, code, detail, errors, firstEventId });
      await inTime(delivery.deadlineAt, keeping);
    }
    const members = firstEventId === null ? {} : { duplicate_of: firstEventId };
    if (source.policy.onInvalid === 'absorb' && isAbsorbable(code)) {
      return answers.success('quarantined', {
        ...members,
        code,
        detail,
        ...(errors === null ? {} : { errors }),
      });
    }
    return answers.refusal(code, detail, { members, ...(errors === null ? {} : { errors }) });
  }
}

interface Mistake {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly errors?: readonly FieldMistake[];
  readonly firstEventId?: string;
}

function authenticOf(source: Source, arrival: Arrival, raw: Buffer, proved: Proved): Authentic {
  const { headers, receivedAt } = arrival;
  const traceparent = headers['traceparent'];
  const webhookId = headers['webhook-id'];
  const scopes = proved.proofs.flatMap((proof) => (proof.scopes === null ? [] : [proof.scopes]));
  return {
    receiptId: arrival.receiptId,
    receivedAt,
    deadlineAt: Math.max(
      receivedAt + source.policy.senderTimeoutMs * COMMIT_SHARE,
      Date.now() + COMMIT_AT_LEAST_MS,
    ),
    raw,
    json: proved.json,
    contentType: headers['content-type'] ?? null,
    isHttp: true,
    isKept: false,
    isImported: false,
    keyId: proved.proofs[0]?.keyId ?? null,
    scopes: scopes.length === 0 ? null : scopes.flat(),
    traceparent: typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : null,
    webhookId: typeof webhookId === 'string' ? webhookId : null,
  };
}

/** The setup window: before both sides share a secret, the sender's console may want to see its ping answered. */
function isUnsignedPing(source: Source, arrival: Arrival, code: string, raw: Buffer): boolean {
  if (source.armedUntil === null || source.armedUntil <= arrival.receivedAt || !code.endsWith('_missing'))
    return false;
  const json = readJson(raw);
  return (
    json.kind === 'value' &&
    readWebhook(source.policy, json.value, { receivedAt: arrival.receivedAt, webhookId: null }).kind ===
      'ping'
  );
}
