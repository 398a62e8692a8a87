import { randomUUID } from 'node:crypto';
import { type EventType } from '../../src/domain/event-types';
import { splitPersonal } from '../../src/domain/personal';
import { readTelegramCrm } from '../../src/ingress/dialects/telegram-crm';
import { type Json } from '../../src/kernel/canonical-json';
import { ticketKey } from '../../src/kernel/ticket-key';
import { fingerprintOf } from '../../src/ledger/event-hash';
import { type Incoming } from '../../src/ledger/incoming';
import { TicketLives } from './ticket-lives';

export const TENANT = 'crm';
/** How many events there are to draw from; each is used many times under a new identity. */
const PATTERNS = 480;

export type Pattern = Omit<
  Incoming,
  'ticketId' | 'partitionKey' | 'eventId' | 'sourceEventId' | 'dedupeKey'
> & {
  readonly lifeOf: string;
};

/**
 * Events as ingress hands them to the ledger, made from real webhook bodies beforehand: at the time of the append only
 * the ids are new, so that what is measured is the store and not the making of its input.
 */
export class IncomingLives {
  #at = 0;
  #tickets = new Map<string, string>();

  /** `name` keeps the tickets of different writers apart; the patterns are everybody's. */
  constructor(
    private readonly name: string,
    private readonly patterns: readonly Pattern[],
  ) {}

  next(): Incoming {
    const { lifeOf, ...pattern } = this.patterns[this.#at % this.patterns.length] as Pattern;
    const ticketId = this.#ticketOf(lifeOf, pattern.type);
    this.#at += 1;
    const eventId = randomUUID();
    return {
      ...pattern,
      eventId,
      sourceEventId: eventId,
      dedupeKey: eventId,
      ticketId,
      partitionKey: ticketKey(TENANT, ticketId),
    };
  }

  /** The life of a ticket begins with its creation; the same pattern later begins another ticket. */
  #ticketOf(life: string, type: EventType): string {
    const current = this.#tickets.get(life);
    if (current !== undefined && type !== 'ticket.created') return current;
    const ticketId = `${this.name}-${this.#at}`;
    this.#tickets.set(life, ticketId);
    return ticketId;
  }
}

export function patterns(): readonly Pattern[] {
  const lives = new TicketLives({ integrationId: TENANT, secret: 'unused' }, 'pattern');
  return Array.from({ length: PATTERNS }, () => patternOf(lives.next().body));
}

export function patternOf(body: string): Pattern {
  const raw = Buffer.from(body);
  const read = readTelegramCrm(JSON.parse(body) as Record<string, unknown>);
  if (read.kind !== 'event' || read.ticketId === null) throw new Error('a ticket event was expected');
  const { data, personal } = splitPersonal(read.type, read.body) as Record<
    'data' | 'personal',
    Record<string, Json>
  >;
  return {
    lifeOf: read.ticketId,
    tenant: TENANT,
    source: TENANT,
    sourceType: read.sourceType,
    fingerprint: fingerprintOf(read.content as Json),
    type: read.type,
    namedReopened: read.namedReopened,
    schemaVersion: 1,
    occurredAt: read.occurredAt,
    claimedAt: read.claimedAt,
    receivedAt: Date.now(),
    flags: [],
    data,
    personal,
    raw,
    correlationId: randomUUID(),
    causationId: null,
    traceparent: null,
    keyId: 'k_1',
  };
}
