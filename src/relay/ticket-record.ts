import { type JsonObject, joinPersonal } from '../domain/personal';
import { canonicalJson, type Json, quotedJson } from '../kernel/canonical-json';
import { ticketKey } from '../kernel/ticket-key';
import { type StoredEvent } from '../ledger/reading';
import { type KafkaRecord } from '../platform/kafka/kafka-record';

/** As much of a stored event as a record carries, and what it has beyond the narrow row. */
export interface RelayedEvent extends Pick<StoredEvent, RelayedColumn> {
  /** Null where personal content stays in the store. */
  readonly personal: JsonObject | null;
  /** Of the append that stored the event; hexadecimal. */
  readonly digest: string;
}

type RelayedColumn =
  | 'position'
  | 'tenant'
  | 'ticketId'
  | 'version'
  | 'eventId'
  | 'source'
  | 'type'
  | 'verdict'
  | 'reason'
  | 'occurredAt'
  | 'recordedAt'
  | 'data'
  | 'after'
  | 'correlationId'
  | 'causationId'
  | 'traceparent'
  | 'topicPrev';

/** A record before it is encoded. */
export interface TicketRecord extends KafkaRecord {
  readonly value: string;
}

const CONTENT_TYPE = 'application/cloudevents+json; charset=UTF-8';

/** `traceparent` is W3C's header and goes by its own name; all others are CloudEvents attributes. */
const HEADER_OF = {
  specversion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  subject: 'ce_subject',
  time: 'ce_time',
  dataschema: 'ce_dataschema',
  partitionkey: 'ce_partitionkey',
  position: 'ce_position',
  prevposition: 'ce_prevposition',
  ticketversion: 'ce_ticketversion',
  verdict: 'ce_verdict',
  verdictreason: 'ce_verdictreason',
  logid: 'ce_logid',
  digest: 'ce_digest',
  correlationid: 'ce_correlationid',
  causationid: 'ce_causationid',
  traceparent: 'traceparent',
} as const;

/** Undefined is not there at all, neither as a member nor as a header. */
type Attributes = Record<keyof typeof HEADER_OF, string | number | undefined>;
const headerOf = Object.entries(HEADER_OF) as readonly (readonly [keyof typeof HEADER_OF, string])[];

/**
 * The public form of a stored event: structured CloudEvents 1.0 JSON, its attributes repeated as headers. A pure function of
 * what is stored, down to the order of keys, so a second copy is the same bytes.
 */
export function ticketRecord(event: RelayedEvent, logId: string): TicketRecord {
  if (event.ticketId === null) throw new Error(`event ${event.eventId} is of no ticket`);
  const key = ticketKey(event.tenant, event.ticketId);
  const attributes = attributesOf(event, key, logId);
  const headers: Record<string, string> = { 'content-type': CONTENT_TYPE };
  let members = '';
  for (const [name, header] of headerOf) {
    const value = attributes[name];
    if (value === undefined) continue;
    const isText = typeof value === 'string';
    headers[header] = isText ? value : String(value);
    members += `"${name}":${isText ? quotedJson(value) : value},`;
  }
  return {
    key,
    value: `{${members}"datacontenttype":"application/json","after":${afterOf(event)},"data":${bodyOf(event)}}`,
    headers,
    timestamp: event.recordedAt,
  };
}

function attributesOf(event: RelayedEvent, key: string, logId: string): Attributes {
  return {
    specversion: '1.0',
    id: event.eventId,
    source: `/casetrail/${event.tenant}/${event.source}`,
    type: `casetrail.${event.type}.v1`,
    subject: key,
    time: new Date(event.occurredAt).toISOString(),
    dataschema: `urn:casetrail:schema:${event.type}:v1`,
    partitionkey: key,
    // As text: a CloudEvents integer has 32 bits.
    position: String(event.position),
    // Zero where nothing came before, so that a consumer checks the chain without a special case.
    prevposition: String(event.topicPrev ?? 0),
    ticketversion: event.version ?? undefined,
    verdict: event.verdict ?? undefined,
    verdictreason: event.reason ?? undefined,
    logid: logId,
    digest: event.digest,
    correlationid: event.correlationId ?? undefined,
    causationid: event.causationId ?? undefined,
    traceparent: event.traceparent ?? undefined,
  };
}

/** Its keys in the order that canonical JSON has too. */
function afterOf({ after }: RelayedEvent): string {
  if (after === null) return 'null';
  const { assignee, close_reason, cycle_no, status } = after;
  return JSON.stringify({ assignee, close_reason, cycle_no, status });
}

function bodyOf(event: RelayedEvent): string {
  const body = event.personal === null ? event.data : joinPersonal(event.data, event.personal);
  return canonicalJson(body as { readonly [key: string]: Json });
}
