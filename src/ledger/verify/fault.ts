/**
 * All that can be found wrong. Where several things are wrong at one place the first of these is named: what says most
 * stands first, and what follows from it (a hash that no longer fits) comes behind.
 */
const LOG_FAULTS = {
  other_log: 'the anchor was made of another log',
  truncated: 'the lane ends before the place that the anchor has seen',
  rewritten: 'the chain at the place that the anchor has seen is another one',
  lane: 'lanes are not 0, 1, 2 … as es.log says, or an event stands in a lane that its ticket does not belong to',
  position: 'positions are not 1, 2, 3 …: an event is missing',
  append_rows: 'the rows of es.append do not tile the lane',
  recorded_at: 'an event was not recorded at the instant of its append',
  version: "a ticket's versions are not 1, 2, 3 …, or an event that is rejected or of no ticket has one",
  topic_prev: 'topic_prev is not the previous position of the lane on the same Kafka topic',
  content_missing: 'an event has no row in es.content; an erased one keeps its row, with an empty salt',
  content: "the content does not match the event's hashes, or was erased by halves",
  event_hash: "an event's hash is not the hash of its columns",
  append_topics: 'an append names another last position on a Kafka topic than its events have',
  append_digest: "an append's digest does not continue the chain of its lane",
} as const;

/** What is made from the log is only as right as the log: these are named when nothing is wrong with the log itself. */
const DERIVED_FAULTS = {
  head_missing: 'the ticket of an event has no head',
  head_without_events: 'a head belongs to no event (position 0)',
  head: "a ticket's head is not the fold of its events (told at the ticket's last event)",
  follower: 'a follower stands behind the end of the lane: what it has handled is not in the log',
} as const;

export const FAULTS = { ...LOG_FAULTS, ...DERIVED_FAULTS } as const;

export type FaultKind = keyof typeof FAULTS;

export interface Fault {
  readonly lane: number;
  /** 0 where a whole lane is meant. */
  readonly position: number;
  readonly kind: FaultKind;
  readonly detail: string;
}

const RANK = new Map(Object.keys(FAULTS).map((kind, index) => [kind, index]));

export function fault(kind: FaultKind, lane: number, position: number, detail: string): Fault {
  return { lane, position, kind, detail };
}

/** Of the log itself before what is derived; then the lowest lane and position; there, what says most. */
export function firstOf(faults: readonly (Fault | null)[]): Fault | null {
  const found = faults.filter((one) => one !== null);
  return found.sort(inOrder)[0] ?? null;
}

function inOrder(a: Fault, b: Fault): number {
  const tiers = Number(a.kind in DERIVED_FAULTS) - Number(b.kind in DERIVED_FAULTS);
  return tiers || a.lane - b.lane || a.position - b.position || rankOf(a) - rankOf(b);
}

function rankOf({ kind }: Fault): number {
  return RANK.get(kind) ?? RANK.size;
}
