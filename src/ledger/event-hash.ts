import { createHash, hash, randomFillSync } from 'node:crypto';
import { canonicalJson, type Json, quotedJson } from '../kernel/canonical-json';

/**
 * What makes the log tamper-evident.
 *
 * `body hash` covers, in RFC 8785 form, every column that is known before the append, with hashes in place of the
 * content. The append itself adds what only it knows: hash = sha256(body hash || lane || position || topic_prev ||
 * recorded_at), and chains the hashes of each append: digest = sha256(previous digest || hashes).
 */
export interface HashedColumns {
  readonly tenant: string;
  readonly ticketId: string | null;
  readonly version: number | null;
  readonly eventId: string;
  readonly source: string;
  readonly sourceEventId: string | null;
  readonly sourceType: string;
  readonly dedupeKey: string;
  readonly fingerprint: string;
  readonly naturalKey: string | null;
  readonly type: string;
  readonly schemaVersion: number;
  readonly verdict: string | null;
  readonly reason: string | null;
  readonly occurredAt: number;
  readonly claimedAt: number | null;
  readonly receivedAt: number;
  readonly flags: readonly string[];
  /** Canonical JSON texts. */
  readonly data: string;
  readonly after: string | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly keyId: string | null;
  readonly bodyBytes: number;
  readonly personalHash: string;
  readonly rawHash: string;
}

/** Keys are written in their RFC 8785 order by hand: sorting two dozen of them for every event is what costs. */
export function bodyHash(e: HashedColumns): string {
  const text =
    `{"after":${e.after ?? 'null'},"body_bytes":${e.bodyBytes},"causation_id":${quoted(e.causationId)}` +
    `,"claimed_at":${String(e.claimedAt)},"correlation_id":${quoted(e.correlationId)},"data":${e.data}` +
    `,"dedupe_key":${quoted(e.dedupeKey)},"event_id":"${e.eventId}","fingerprint":"${e.fingerprint}"` +
    `,"flags":${JSON.stringify(e.flags)},"key_id":${quoted(e.keyId)},"natural_key":${quoted(e.naturalKey)}` +
    `,"occurred_at":${e.occurredAt},"personal_hash":"${e.personalHash}","raw_hash":"${e.rawHash}"` +
    `,"received_at":${e.receivedAt},"schema_version":${e.schemaVersion},"source":${quoted(e.source)}` +
    `,"source_event_id":${quoted(e.sourceEventId)},"source_type":${quoted(e.sourceType)}` +
    `,"tenant":${quoted(e.tenant)},"ticket_id":${quoted(e.ticketId)},"traceparent":${quoted(e.traceparent)}` +
    `,"type":${quoted(e.type)},"verdict":${quoted(e.verdict)},"verdict_reason":${quoted(e.reason)}` +
    `,"version":${String(e.version)}}`;
  return sha256(text);
}

export function eventHash(
  body: string,
  lane: number,
  position: number,
  topicPrev: number | null,
  recordedAtMicros: number,
): Buffer {
  const tail = Buffer.alloc(26);
  tail.writeInt16BE(lane, 0);
  tail.writeBigInt64BE(BigInt(position), 2);
  tail.writeBigInt64BE(BigInt(topicPrev ?? 0), 10);
  // PostgreSQL counts from 2000-01-01.
  tail.writeBigInt64BE(BigInt(recordedAtMicros) - 946_684_800_000_000n, 18);
  return createHash('sha256').update(body, 'hex').update(tail).digest();
}

export function chainDigest(previous: Uint8Array, hashes: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256').update(previous);
  for (const one of hashes) hash.update(one);
  return hash.digest();
}

export function contentHash(salt: Uint8Array, content: string | Uint8Array): string {
  return hash(
    'sha256',
    Buffer.concat([salt, typeof content === 'string' ? Buffer.from(content) : content]),
    'hex',
  );
}

/** Of what a webhook says, without what may differ between two deliveries of the same statement. */
export function fingerprintOf(content: Json): string {
  return sha256(canonicalJson(content));
}

/** Salts come from a pool: one system call for each of them costs more than the hashing. */
const pool = Buffer.alloc(16 * 256);
let used = pool.length;

export function newSalt(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return Buffer.from(pool.subarray(used - 16, used));
}

function sha256(content: string): string {
  return hash('sha256', content, 'hex');
}

function quoted(text: string | null): string {
  return text === null ? 'null' : quotedJson(text);
}
