import { demoDay } from '../../../src/cli/samples/demo-day';
import { type Happening, type SampleTicket } from '../../../src/cli/samples/happening';
import { uuidOf } from '../../../src/cli/samples/ids';
import { seededRandom } from '../../../src/cli/samples/life';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What a sender tells, when it arrives, and whatever a plain happening has no word for. */
export interface Told {
  readonly happening: Happening;
  readonly receivedAt: number;
  readonly more: Readonly<Record<string, unknown>>;
}

const DAYS_AGO = [41, 36, 32, 27, 20, 12, 6, 5, 4, 3, 2, 1];
const TICKETS_A_DAY = 20;
/** From here on some tickets are still open. */
const UNFINISHED_DAYS_AGO = 2;
const ODD_DAYS_AGO = 4;

/** What a help desk lived through in the last six weeks, in the order of arrival: some late, some twice. */
export function sixWeeks(now: number): readonly Told[] {
  const today = now - (now % DAY);
  const days = DAYS_AGO.flatMap((ago) => dayOf(today - ago * DAY, ago));
  const told = [...days, ...oddTickets(today - ODD_DAYS_AGO * DAY + 9 * HOUR)];
  const arrived = told.filter(({ receivedAt }) => receivedAt < now - MINUTE);
  return repeated(arrived).sort((a, b) => a.receivedAt - b.receivedAt);
}

function dayOf(day: number, ago: number): Told[] {
  const random = seededRandom(ago);
  const run = ago.toString(16).padStart(2, '0');
  const happenings = demoDay({ run, day, seed: ago, tickets: TICKETS_A_DAY });
  const ends = ago <= UNFINISHED_DAYS_AGO ? unfinished(happenings) : new Map<string, number>();
  return happenings
    .filter(({ ticket, at }) => at <= (ends.get(ticket.id) ?? at))
    .map((happening) => ({
      happening,
      receivedAt: happening.at + SECOND + (random() < 0.04 ? 10 * MINUTE : 0),
      more: happening.kind === 'opened' ? fromAdvertisement(happening.ticket) : {},
    }));
}

/** Of every fourth ticket: when its customer last wrote, and what comes after has not happened yet. */
function unfinished(happenings: readonly Happening[]): Map<string, number> {
  const waiting = happenings.filter(
    ({ kind, ticket, ...said }) =>
      kind === 'message' && 'from' in said && said.from === 'customer' && ticket.number % 4 === 0,
  );
  return new Map(waiting.map(({ ticket, at }) => [ticket.id, at]));
}

function fromAdvertisement({ number }: SampleTicket): Told['more'] {
  return number % 3 === 0 ? { metadata: { utm_source: 'telegram_ads', utm_campaign: 'autumn' } } : {};
}

function repeated(told: readonly Told[]): Told[] {
  const random = seededRandom(told.length);
  return told.flatMap((one) =>
    random() < 0.05 ? [one, { ...one, receivedAt: one.receivedAt + SECOND }] : [one],
  );
}

type Step = readonly [
  minute: number,
  said: Readonly<Record<string, unknown>>,
  more?: Told['more'],
  lateMin?: number,
];

const opened = { kind: 'opened', text: 'Where is my parcel?' };
const assigned = { kind: 'assigned' };
const answer = { kind: 'message', from: 'agent', text: 'On its way.' };
const question = { kind: 'message', from: 'customer', text: 'And now?' };
const resolved = { kind: 'resolved', seconds: 3600, note: 'Sent.' };
const status = (from: string, to: string): Step[1] => ({ kind: 'status', from, to });
const by = (agentId: string): Told['more'] => ({ agent_id: agentId });

/** What a plain day does not bring. */
const ODD: Readonly<Record<string, readonly Step[]>> = {
  'TKT-1': [
    [0, opened],
    [1, assigned, { ...by('A-1'), group_id: 'G-1' }],
    [5, answer],
    [10, assigned, by('A-2')],
    [20, question],
    [25, assigned, by('A-3')],
    [30, answer],
    [60, resolved],
  ],
  'TKT-HOLD': [
    [0, opened],
    [5, status('open', 'in_progress')],
    [20, status('in_progress', 'on_hold')],
    [140, status('on_hold', 'in_progress')],
    [150, answer],
    [200, resolved],
  ],
  'TKT-CONTESTED': [
    [0, opened],
    [10, answer],
    [11, status('open', 'pending')],
    [60, question],
    [120, answer],
    [130, resolved],
  ],
  'TKT-SPAM': [
    [0, opened],
    [5, status('open', 'closed'), { close_reason: 'spam' }],
  ],
  'TKT-LEFT': [
    [0, opened],
    [500, status('open', 'closed'), { close_reason: 'abandoned' }],
  ],
  'TKT-MERGED': [
    [0, opened],
    [5, status('open', 'closed'), { close_reason: 'merged', merged_into: 'TKT-1' }],
    [30, status('closed', 'open')],
  ],
  'TKT-LOST': [
    [5, answer],
    [9, status('open', 'in_progress')],
  ],
  'TKT-GAP': [
    [0, opened],
    [30, resolved],
    [60, status('in_progress', 'pending')],
  ],
  'TKT-LATE': [
    [0, opened],
    [20, answer, {}, 300],
    [40, resolved],
  ],
  'TKT-NOTE': [
    [0, opened],
    [3, answer, { is_private: true }],
    [5, answer],
    [9, resolved],
  ],
};

function oddTickets(from: number): Told[] {
  return Object.entries(ODD).flatMap(([id, steps], index) => {
    const number = 9000 + index;
    const ticket = { id, number, customerId: number, customerName: 'Maria', agentId: 'A-7', topicId: number };
    return steps.map(([minute, said, more = {}, lateMin = 0], step): Told => {
      const at = from + minute * MINUTE;
      const told = {
        ...said,
        messageId: number * 100 + step,
        at,
        ticket,
        id: uuidOf(`${from}/${id}/${step}`),
      };
      return { happening: told as unknown as Happening, receivedAt: at + SECOND + lateMin * MINUTE, more };
    });
  });
}
