import { type Happening, type SampleTicket } from './happening';
import { uuidOf } from './ids';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** What happened at one instant has no order that a reader could tell. */
const PAUSE = 2 * SECOND;

const CUSTOMERS = ['Maria', 'Tomas', 'Aiko', 'Lena', 'Omar', 'Ines', 'Pavel', 'Noor'];
const QUESTIONS = [
  'My order has not arrived.',
  'I was charged twice.',
  'How do I change my address?',
  'The app closes when I open it.',
  'I need an invoice.',
];
const AGENTS = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'];

/** Draws numbers from 0 to 1 that a seed decides: the same seed tells the same day. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** `run` sets the tickets of one command apart from those of another. */
export function sampleTicket(run: string, number: number, random: () => number): SampleTicket {
  return {
    id: `TKT-${run}${String(number).padStart(4, '0')}`,
    number,
    customerId: 70_000 + number,
    customerName: pick(CUSTOMERS, random),
    agentId: pick(AGENTS, random),
    topicId: (Number.parseInt(run, 16) % 100_000) * 10_000 + number,
  };
}

/** The whole way of a ticket, in order: asked, taken, answered, sometimes parked, solved, sometimes asked again. */
export function ticketLife(ticket: SampleTicket, from: number, random: () => number): readonly Happening[] {
  const life: Happening[] = [];
  let at = from;
  let message = ticket.number * 1000;
  const say = (said: Record<string, unknown> & { kind: Happening['kind'] }): void => {
    life.push({ ...said, at, ticket, id: uuidOf(`${ticket.id}/${life.length}`) } as Happening);
    at += PAUSE;
  };
  const later = (upTo: number): void => void (at += Math.round((0.1 + 0.9 * random()) * upTo));
  const write = (who: 'customer' | 'agent', text: string): void => {
    message += 1;
    say({ kind: 'message', from: who, messageId: message, text });
  };

  say({ kind: 'opened', text: pick(QUESTIONS, random) });
  later(10 * MINUTE);
  if (random() < 0.2) say({ kind: 'priority', priority: 'high' });
  say({ kind: 'assigned' });
  say({ kind: 'status', from: 'open', to: 'in_progress' });
  later(30 * MINUTE);
  if (random() < 0.05) say({ kind: 'escalated', metric: 'first_response' });
  write('agent', 'Hello! Let me look into it.');
  say({ kind: 'first_response', seconds: Math.round((at - from) / SECOND) });
  const rounds = 1 + Math.floor(random() * 3);
  for (let round = 0; round < rounds; round++) {
    later(20 * MINUTE);
    write('customer', 'Thank you. Is there any news?');
    later(20 * MINUTE);
    write('agent', 'Almost done.');
  }
  if (random() < 0.25) {
    say({ kind: 'status', from: 'in_progress', to: 'pending' });
    later(2 * HOUR);
    write('customer', 'Here is what you asked for.');
    say({ kind: 'status', from: 'pending', to: 'in_progress' });
  }
  later(HOUR);
  say({ kind: 'resolved', seconds: Math.round((at - from) / SECOND), note: 'Sent again.' });
  later(HOUR);
  say({ kind: 'status', from: 'resolved', to: random() < 0.1 ? 'open' : 'closed' });
  return life;
}
