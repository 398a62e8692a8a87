import { randomUUID } from 'node:crypto';
import { type Incoming } from '../../src/ledger/incoming';
import { ticketKey } from '../../src/kernel/ticket-key';
import { type Pattern, patternOf, TENANT } from '../support/appends';
import { TicketLives } from '../support/ticket-lives';

/** How many different lives there are to draw from; divides by all the intervals below. */
const LIVES = 200;
/** A life has 9 to 12 steps: without this one of the longer ones the mean is 10. */
const LEFT_OUT = 7;
const LONGEST_KEPT = 10;
const DAY_MS = 86_400_000;
const DAYS = 30;

/**
 * Tickets from their creation to their end, ten events each on average, as they arrive: of a hundred, five get a status
 * change late, five a message, five their solution, two their creation, and four have a claim that is refused.
 */
export class WholeLives {
  readonly #lives: readonly (readonly Pattern[])[] = lives();

  /** The events of the ticket of this number, in the order of arrival. */
  of(number: number): Incoming[] {
    const ticketId = `TKT-${number}`;
    const shiftMs = (number % DAYS) * DAY_MS;
    return (this.#lives[number % LIVES] ?? []).map((pattern) => {
      const eventId = randomUUID();
      return {
        ...pattern,
        occurredAt: pattern.occurredAt - shiftMs,
        receivedAt: pattern.receivedAt - shiftMs,
        eventId,
        sourceEventId: eventId,
        dedupeKey: eventId,
        ticketId,
        partitionKey: ticketKey(TENANT, ticketId),
      };
    });
  }
}

function lives(): Pattern[][] {
  const webhooks = new TicketLives({ integrationId: TENANT, secret: 'unused' }, 'life');
  const byTicket = new Map<string, Pattern[]>();
  // The sender has four tickets at work: those of the last four may be unfinished.
  while (byTicket.size < LIVES + 4) {
    const pattern = patternOf(webhooks.next().body);
    const life = byTicket.get(pattern.lifeOf);
    if (life === undefined) byTicket.set(pattern.lifeOf, [pattern]);
    else life.push(pattern);
  }
  return [...byTicket.values()].slice(0, LIVES).map((life, number) => disturbed(shortened(life), number));
}

function shortened(life: Pattern[]): Pattern[] {
  return life.length > LONGEST_KEPT ? life.filter((_, step) => step !== LEFT_OUT) : life;
}

function disturbed(life: Pattern[], number: number): Pattern[] {
  if (number % 20 === 7) return delayed(life, 3);
  if (number % 20 === 13) return delayed(life, 4);
  if (number % 20 === 16) return delayed(life, life.length - 2);
  if (number % 50 === 9) return delayed(life, 0);
  return number % 25 === 5 ? refused(life, 3) : life;
}

function delayed(life: Pattern[], step: number): Pattern[] {
  return [...life.filter((_, at) => at !== step), ...life.filter((_, at) => at === step)];
}

function refused(life: Pattern[], step: number): Pattern[] {
  return life.map((pattern, at) =>
    at === step ? { ...pattern, data: { ...pattern.data, new_status: 'escalated_to_partner' } } : pattern,
  );
}
