import { type Queryable } from '../../platform/postgres/database';
import { ticketKey } from '../../kernel/ticket-key';
import { chainDigest } from '../event-hash';
import { checkEvent, passOnTopic, type TopicTails } from './check-event';
import { type Fault, fault } from './fault';
import { appendRows, type AppendRow, type EventRow, eventSlices } from './read-lane';
import { type LaneEnd } from './read-log';

/** Reads a lane from its beginning to `end` as it was when the verification began. Returns its first fault, and the first ticket without a head. */
export async function checkLane(
  db: Queryable,
  end: LaneEnd,
  lanes: number,
  onChecked: (events: number) => void,
): Promise<readonly (Fault | null)[]> {
  const until = Math.max(end.lastPosition, end.lastEvent);
  const walk = new LaneWalk(end.lane, lanes, appendRows(db, end.lane, until));
  for await (const slice of eventSlices(db, end.lane, until)) {
    for (const event of slice) {
      const found = (walk.needsAppend ? await walk.nextAppend(event) : null) ?? walk.pass(event);
      if (found !== null) return [found, walk.missingHead];
    }
    onChecked(slice.length);
  }
  const isWhole = walk.position === until;
  const cutOff = isWhole ? null : fault('position', end.lane, walk.position + 1, 'there is no such event');
  return [cutOff, walk.missingHead];
}

/** Where the check stands in its lane, with all that the next event is compared to. */
class LaneWalk {
  position = 0;
  missingHead: Fault | null = null;
  readonly #tails: TopicTails = { events: null, rejections: null };
  #append: AppendRow | null = null;
  #hashes: Uint8Array[] = [];
  #digest: Uint8Array = Buffer.alloc(0);

  constructor(
    private readonly lane: number,
    private readonly lanes: number,
    private readonly appends: AsyncGenerator<AppendRow>,
  ) {}

  get needsAppend(): boolean {
    return this.#append === null;
  }

  async nextAppend(event: EventRow): Promise<Fault | null> {
    const at = this.position + 1;
    // A missing event says more than an append that begins behind it.
    if (event.position !== at) return this.#missing(event);
    const { value } = (await this.appends.next()) as IteratorResult<AppendRow, undefined>;
    if (value?.first !== at) {
      const detail =
        value === undefined ? 'no row covers this event' : `the next row begins at ${value.first}`;
      return fault('append_rows', this.lane, at, detail);
    }
    if (value.next !== null && value.next !== value.last + 1) {
      const detail = `this row ends at ${value.last}, the next one begins at ${value.next}`;
      return fault('append_rows', this.lane, at, detail);
    }
    this.#append = value;
    return null;
  }

  pass(event: EventRow): Fault | null {
    if (event.position !== this.position + 1) return this.#missing(event);
    const append = this.#append;
    if (append === null) throw new Error('an event is checked within its append');
    const { lane, lanes } = this;
    const found = checkEvent(event, { lane, lanes, append, tails: this.#tails });
    if (found !== null) return found;
    if (!event.hasHead) {
      const key = ticketKey(event.tenant, event.ticketId ?? '');
      this.missingHead ??= fault('head_missing', lane, event.position, `ticket ${key} has no head`);
    }
    this.position = event.position;
    passOnTopic(event, this.#tails);
    this.#hashes.push(event.hash);
    return event.position === append.last ? this.#endAppend(append) : null;
  }

  #endAppend(append: AppendRow): Fault | null {
    const { events, rejections } = this.#tails;
    if (append.lastOnEvents !== events || append.lastOnRejections !== rejections) {
      const detail = `last_on_events must be ${String(events)}, last_on_rejections ${String(rejections)}`;
      return fault('append_topics', this.lane, append.last, detail);
    }
    this.#digest = chainDigest(this.#digest, this.#hashes);
    if (!append.digest.equals(this.#digest)) {
      return fault(
        'append_digest',
        this.lane,
        append.last,
        `the append ${append.first} to ${append.last} breaks the chain`,
      );
    }
    this.#hashes = [];
    this.#append = null;
    return null;
  }

  #missing(event: EventRow): Fault {
    return fault('position', this.lane, this.position + 1, `the next event is ${event.position}`);
  }
}
