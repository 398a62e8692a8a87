import { type Fact, type FactOf } from '../fact';
import { type TicketFold } from '../fold-ticket';
import { type Step } from '../step';
import { type TicketHead } from '../ticket-head';
import { emptyStatusCourse, followStatus, type StatusCourse } from './status-course';
import { emptyTurnCourse, followTurns, type TurnCourse } from './turn-course';

/** Somebody's, or with null nobody's, from here to the next. */
export interface OwnerChange {
  readonly agentId: string | null;
  readonly at: number;
  readonly by: Fact;
  readonly index: number;
}

export interface PriorityChange {
  readonly priority: string | null;
  readonly at: number;
  readonly by: Fact;
  readonly index: number;
}

/** What the vendor's own clock says, never more than a comparison. */
export interface VendorClaims {
  readonly firstResponse: { readonly at: number; readonly fact: FactOf<'first_response.sent'> } | null;
  readonly resolution: FactOf<'ticket.resolved'> | null;
  readonly escalation: { readonly at: number; readonly fact: FactOf<'escalation.fired'> } | null;
}

/** All that happened to a ticket, laid out for measuring. Independent of policies, calendars and the time of asking. */
export interface Course {
  readonly head: TicketHead;
  readonly status: StatusCourse;
  readonly talk: TurnCourse;
  readonly owners: readonly OwnerChange[];
  readonly priorities: readonly PriorityChange[];
  readonly vendor: VendorClaims;
  readonly naturalDuplicates: number;
  readonly reassignments: number;
  /** The instant of the last step. */
  readonly lastAt: number;
}

type Draft = { -readonly [K in keyof Omit<Course, 'owners' | 'priorities' | 'vendor'>]: Course[K] } & {
  readonly owners: OwnerChange[];
  readonly priorities: PriorityChange[];
  readonly vendor: { -readonly [K in keyof VendorClaims]: VendorClaims[K] };
};

export function courseOf({ head, steps }: TicketFold, botAnswers: boolean): Course {
  const course: Draft = {
    head,
    status: emptyStatusCourse(),
    talk: emptyTurnCourse(),
    owners: [],
    priorities: [],
    vendor: { firstResponse: null, resolution: null, escalation: null },
    naturalDuplicates: 0,
    reassignments: 0,
    lastAt: head.created_at,
  };
  let index = 0;
  for (const step of steps) {
    follow(course, step, index, botAnswers);
    index += 1;
  }
  return course;
}

function follow(course: Draft, step: Step, index: number, botAnswers: boolean): void {
  const { at, fact, owner, priority, judgement } = step;
  if (step.moves.length > 0 || step.message !== null) {
    followStatus(course.status, step, index);
    followTurns(course.talk, step, index, botAnswers);
  }
  if (index === 0 || owner !== null)
    course.owners.push({ agentId: step.head.assignee_id, at, by: fact, index });
  if (owner !== null && owner.from !== null && owner.to !== null) course.reassignments += 1;
  if (priority !== null) course.priorities.push({ priority: priority.to, at, by: fact, index });
  if (judgement.reason === 'natural_duplicate') course.naturalDuplicates += 1;
  if (at > course.lastAt) course.lastAt = at;
  hearVendor(course.vendor, fact, at);
}

/** The first of each counts: a vendor that repeats itself repeats the same figure. */
function hearVendor(vendor: Draft['vendor'], fact: Fact, at: number): void {
  if (fact.type === 'first_response.sent') vendor.firstResponse ??= { at, fact };
  if (fact.type === 'escalation.fired') vendor.escalation ??= { at, fact };
  if (fact.type === 'ticket.resolved' && typeof fact.data.resolution_time === 'number')
    vendor.resolution ??= fact;
}

/** Who has the ticket at an instant, all that happened at that instant included. */
export function ownerAt({ owners }: Course, at: number): string | null {
  return owners.findLast((change) => change.at <= at)?.agentId ?? null;
}
