import { type Incoming } from '../../../src/ledger/incoming';
import { created, event, message, status } from '../../support/events';

/** Numbers that look like chance and are the same each time. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const CLOSE_REASONS = ['auto', 'spam', 'abandoned', 'duplicate'] as const;

/** A ticket's life, with steps that some tickets skip. */
function life(ticket: string, random: () => number): Incoming[] {
  const often = (share: number): boolean => random() < share;
  const minute = (at: number): number => at + random();
  const events = [created(ticket, minute(0)), message(ticket, minute(2), `${ticket}-1`)];
  if (often(0.7)) {
    const agent_id = `A${Math.floor(random() * 5)}`;
    events.push(event('agent.assigned', ticket, minute(4), { body: { agent_id } }));
  }
  if (often(0.5)) events.push(status(ticket, minute(6), 'open', 'in_progress'));
  if (often(0.5)) events.push(status(ticket, minute(8), 'in_progress', 'pending'));
  if (often(0.7)) {
    const close_reason = CLOSE_REASONS[Math.floor(random() * CLOSE_REASONS.length)] ?? 'auto';
    events.push(
      event('status.changed', ticket, minute(10), { body: { new_status: 'closed', close_reason } }),
    );
    // A closed ticket can't become pending: some of it goes to the other topic.
    if (often(0.3)) events.push(status(ticket, minute(12), 'closed', 'pending'));
    if (often(0.4)) events.push(event('ticket.reopened', ticket, minute(14), { namedReopened: true }));
  }
  return events;
}

/** Webhooks of a day as they come in: neighbours swapped, some much too late, some twice. */
export function demoDay(tickets: number, seed: number): Incoming[] {
  const random = seededRandom(seed);
  const lives = Array.from({ length: tickets }, (_, n) => life(`T-${n}`, random));
  const told = lives
    .flat()
    .map((incoming, index) => [index + random() * (random() < 0.1 ? 60 : 4), incoming] as const);
  const inOrderOfArrival = [...told].sort(([a], [b]) => a - b).map(([, incoming]) => incoming);
  return inOrderOfArrival.flatMap((incoming) => (random() < 0.15 ? [incoming, incoming] : [incoming]));
}
