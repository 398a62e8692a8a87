import { createHash, randomUUID } from 'node:crypto';
import { splitPersonal, type JsonObject } from '../../../src/domain/personal';
import { type EventType } from '../../../src/domain/event-types';
import { type Json } from '../../../src/kernel/canonical-json';
import { ticketKey } from '../../../src/kernel/ticket-key';
import { uuidV5 } from '../../../src/kernel/uuid';
import { type Incoming } from '../../../src/ledger/incoming';
import { Ledger } from '../../../src/ledger/ledger';
import { type Database } from '../../../src/platform/postgres/database';

const START = Date.parse('2026-11-02T09:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Fields = { readonly [key: string]: Json };

/** Puts webhooks of invented tickets into a real log, through the ledger. */
export class SeededLog {
  readonly #ledger: Ledger;
  /** Another instance's events are others, also in the same database. */
  readonly #run = randomUUID();
  #sent = 0;

  constructor(db: Database, lanes: number) {
    this.#ledger = new Ledger(db, {
      lanes,
      batchMax: 64,
      queueMax: 10_000,
      queueBytesMax: 256 * 1024 * 1024,
      clock: () => Date.now(),
      log: () => undefined,
      onAppended: () => undefined,
    });
  }

  async append(type: EventType, ticketId: string | null, body: JsonObject): Promise<void> {
    await this.#ledger.append(this.#incoming(type, ticketId, body), Date.now() + MINUTE);
  }

  /** A created ticket and so many messages of its customer. */
  async conversation(ticketId: string, messages: number, text = 'Guten Tag'): Promise<void> {
    await this.append('ticket.created', ticketId, { origin: 'customer', customer: { first_name: 'Ana' } });
    for (let n = 1; n <= messages; n += 1) {
      const sender = { type: 'customer', first_name: 'Ana' };
      await this.append('message.received', ticketId, { message_id: `m${n}`, sender, content: { text } });
    }
  }

  /** Closes the ticket and claims a status that a closed ticket can't take. */
  async rejection(ticketId: string): Promise<void> {
    await this.append('status.changed', ticketId, { new_status: 'closed' });
    await this.append('status.changed', ticketId, { new_status: 'pending' });
  }

  async presence(agentId: string): Promise<void> {
    await this.append('agent.status_changed', null, { agent_id: agentId, status: 'online' });
  }

  close(): Promise<void> {
    return this.#ledger.close(MINUTE);
  }

  #incoming(type: EventType, ticketId: string | null, body: JsonObject): Incoming {
    this.#sent += 1;
    const { data, personal } = splitPersonal(type, body);
    const raw = Buffer.from(JSON.stringify(body));
    const at = START + this.#sent * MINUTE;
    return {
      tenant: 'shop',
      ticketId,
      partitionKey: ticketId === null ? 'shop//agent/7' : ticketKey('shop', ticketId),
      eventId: uuidV5(this.#run, String(this.#sent)),
      source: 'bot',
      sourceEventId: null,
      sourceType: type,
      dedupeKey: `${this.#run}/${this.#sent}`,
      fingerprint: createHash('sha256').update(raw).digest('hex'),
      type,
      namedReopened: false,
      schemaVersion: 1,
      occurredAt: at,
      claimedAt: null,
      receivedAt: at + HOUR,
      flags: [],
      data: data as Fields,
      personal: personal as Fields,
      raw,
      correlationId: null,
      causationId: null,
      traceparent: null,
      keyId: null,
    };
  }
}
