import { setMaxListeners } from 'node:events';
import { pause } from '../../src/kernel/backoff';
import { type Json, webhook } from '../support/app';

export interface Sent {
  readonly eventId: string;
  /** `lane:position` as every acknowledgement named it; more than one is a fault. */
  readonly places: Set<string>;
  acknowledged: number;
}

export interface LoadOptions {
  readonly urls: readonly string[];
  readonly key: string;
  readonly source: { readonly secret: string; readonly integrationId: string };
  readonly senders: number;
}

const ANSWER_WITHIN_MS = 12_000;
const AGAIN_AFTER_MS = 50;
const TICKETS_AT_A_TIME = 12;
const EVENTS_PER_TICKET = 14;
const STATUSES = ['open', 'assigned', 'in_progress', 'pending', 'on_hold', 'resolved', 'closed', 'archived'];
/** Old enough to be judged with the history, now and then. */
const LATE_MS = 30_000;

/**
 * Senders as CRMs are: each event is sent until it is acknowledged (200 or 409), to whichever node answers, and some are
 * sent twice at once. Several senders write to the same tickets.
 */
export class Load {
  readonly sent: Sent[] = [];
  /** Answers that were no acknowledgement, by status; 0 = no answer. */
  readonly refusals = new Map<number, number>();
  readonly #stopping = new AbortController();
  readonly #giveUp = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #tickets = 0;

  constructor(private readonly options: LoadOptions) {
    // Every copy under way may wait for it.
    setMaxListeners(2 * options.senders, this.#giveUp.signal);
  }

  start(): void {
    this.#running = Promise.all(Array.from({ length: this.options.senders }, (_, n) => this.#sender(n)));
  }

  /** No new events; those under way are sent until they are acknowledged or the patience ends. */
  async finish(patienceMs: number): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#giveUp.abort(), patienceMs);
    await this.#running;
    clearTimeout(timer);
  }

  async #sender(n: number): Promise<void> {
    for (let i = n; !this.#stopping.signal.aborted; i += 1) {
      const body = this.#nextBody();
      const sent: Sent = { eventId: String(body['event_id']), places: new Set(), acknowledged: 0 };
      this.sent.push(sent);
      const copies = Math.random() < 0.1 ? 2 : 1;
      await Promise.all(
        Array.from({ length: copies }, (_, copy) => this.#deliver(sent, JSON.stringify(body), i + copy)),
      );
    }
  }

  #nextBody(): Json {
    this.#tickets += 1;
    const round = Math.floor(this.#tickets / (TICKETS_AT_A_TIME * EVENTS_PER_TICKET));
    const ticketId = `F-${round}-${this.#tickets % TICKETS_AT_A_TIME}`;
    const at = Date.now() - (Math.random() < 0.05 ? LATE_MS : 0);
    const envelope = { timestamp: new Date(at).toISOString() };
    const choice = Math.random();
    if (choice < 0.15) return this.#body('ticket.created', { ticket_id: ticketId }, envelope);
    if (choice < 0.5) {
      const data = {
        ticket_id: ticketId,
        message_id: this.#tickets,
        sender: { type: 'customer' },
        content: { text: 'Hello?' },
      };
      return this.#body('message.received', data, envelope);
    }
    const [from, to] = [anyOf(STATUSES), anyOf(STATUSES)];
    return this.#body(
      'status.changed',
      { ticket_id: ticketId, previous_status: from, new_status: to },
      envelope,
    );
  }

  #body(type: string, data: Json, envelope: Json): Json {
    return webhook(this.options.source, type, data, envelope);
  }

  async #deliver(sent: Sent, body: string, first: number): Promise<void> {
    const { urls, key } = this.options;
    for (let attempt = first; !this.#giveUp.signal.aborted; attempt += 1) {
      const place = await this.#post(`${urls[attempt % urls.length] ?? ''}/v1/ingress/${key}`, body);
      if (place !== null) {
        sent.acknowledged += 1;
        sent.places.add(place);
        return;
      }
      await pause(AGAIN_AFTER_MS * (1 + Math.random()), this.#giveUp.signal);
    }
  }

  /** The place in the log, or null if the event was not acknowledged. */
  async #post(url: string, body: string): Promise<string | null> {
    let status = 0;
    try {
      const headers = { 'content-type': 'application/json' };
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const response = await fetch(url, { method: 'POST', headers, body, signal });
      const answer = (await response.json()) as Json;
      status = response.status;
      if (status === 200 || status === 409) return String(answer['position']);
    } catch {
      // Cut off, refused or too slow: whether it was stored is found out by sending it again.
      status = 0;
    }
    this.refusals.set(status, (this.refusals.get(status) ?? 0) + 1);
    return null;
  }
}

function anyOf<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T;
}
