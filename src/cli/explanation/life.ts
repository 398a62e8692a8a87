import { type Step } from '../../domain/step';
import { type TicketHistory } from '../../followers/projections/ticket-history';
import { identityOf } from '../../ledger/identity';
import { type Clock, durationOf, wrapped } from './words';

const WORTH_TELLING_MS = 60_000;
const TYPE_WIDTH = 20;

/** The numbers by which the rest of the page names events: their place in the ticket's life. */
export type Numbers = ReadonlyMap<string, number>;

export function numbersOf({ fold }: TicketHistory): Numbers {
  return new Map(fold.steps.map(({ fact }, index) => [fact.eventId, index + 1]));
}

/** All that happened, in the order in which it happened. */
export function lifeLines({ fold, events }: TicketHistory, clock: Clock): string[] {
  const received = new Map(events.map((one) => [identityOf(one.source, one.dedupeKey), one.receivedAt]));
  return fold.steps.flatMap((step, index) => {
    const { fact, at, judgement } = step;
    const late = (received.get(fact.ref) ?? at) - fact.occurredAt;
    const lateness = late > WORTH_TELLING_MS ? [`arrived ${durationOf(late / 1000)} late`] : [];
    const number = `#${index + 1}`.padStart(5);
    const head = `${number}  ${clock(at)}  ${judgement.type.padEnd(TYPE_WIDTH)} `;
    return wrapped(head, [...whatHappened(step), ...lateness]);
  });
}

function whatHappened({ moves, message, owner, priority, judgement }: Step): string[] {
  const { verdict, reason, flags } = judgement;
  const said = message === null ? [] : [speakerOf(message)];
  return [
    ...moves.map(({ from, to, inferred }) => {
      return `${from === null ? to : `${from} -> ${to}`}${inferred ? ' (inferred)' : ''}`;
    }),
    ...said,
    ...(owner === null ? [] : [`owner ${owner.to ?? 'nobody'}`]),
    ...(priority === null ? [] : [`priority ${priority.to ?? 'none'}`]),
    ...(verdict === 'accepted' ? [] : [reason === null ? verdict : `${verdict}: ${reason}`]),
    ...flags,
  ];
}

function speakerOf({ sender, agentId, isPublic }: NonNullable<Step['message']>): string {
  const who = agentId === null ? sender : `${sender} ${agentId}`;
  return isPublic ? `${who} writes` : `${who} leaves a private note`;
}
