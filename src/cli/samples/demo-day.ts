import { type Happening } from './happening';
import { pick, sampleTicket, seededRandom, ticketLife } from './life';

const HOUR = 60 * 60 * 1000;
const WORKDAY_FROM_H = 8;
const WORKDAY_H = 10;
const PRESENCE = ['online', 'busy', 'offline'] as const;

export interface DayOptions {
  /** Sets this day's tickets apart; hexadecimal. */
  readonly run: string;
  /** Midnight UTC of the day. */
  readonly day: number;
  readonly seed: number;
  readonly tickets: number;
}

/** A working day of a help desk, some thousand happenings, in the order in which they happened. */
export function demoDay({ run, day, seed, tickets }: DayOptions): readonly Happening[] {
  const random = seededRandom(seed);
  const happenings: Happening[] = [];
  for (let number = 1; number <= tickets; number++) {
    const ticket = sampleTicket(run, number, random);
    const from = day + WORKDAY_FROM_H * HOUR + Math.floor(random() * WORKDAY_H * HOUR);
    const life = ticketLife(ticket, from, random);
    happenings.push(...life);
    const last = life.at(-1);
    if (number % 20 === 0 && last !== undefined) {
      happenings.push({
        ...last,
        id: last.id.replace(/^.{4}/, 'beef'),
        kind: 'presence',
        status: pick(PRESENCE, random),
      });
    }
  }
  return happenings.sort((a, b) => a.at - b.at);
}
