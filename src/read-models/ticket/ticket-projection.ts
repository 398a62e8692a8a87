import { foldTicket } from '../../domain/fold-ticket';
import { applyToRow, ticketRow, type TicketRow } from '../../domain/ticket-row';
import { type Judgement } from '../../domain/verdict';
import { advanceCheckpoint, type Checkpoint } from '../../followers/checkpoint';
import { type LaneFollower } from '../../followers/lane-follower';
import { ticketKey } from '../../kernel/ticket-key';
import { factOfStored, isOwn, readLane, readTicket, type StoredEvent } from '../../ledger/reading';
import { type Database, type Queryable } from '../../platform/postgres/database';
import { readRows, type StoredTicket, writeRows } from './ticket-table';

const SLICE = 500;

/** An event of a ticket: what has neither ticket nor verdict never reaches the rows. */
type TicketEvent = StoredEvent & { readonly ticketId: string };

/**
 * Keeps rm_1.ticket: rows and checkpoint move in one transaction, so a row never counts an event twice or skips one.
 * Events that arrive in order are applied to the row; a late one folds its ticket again. Either way gives the same row.
 */
export class TicketProjection implements LaneFollower {
  readonly name = 'projections';

  constructor(private readonly db: Database) {}

  opened(checkpoint: Checkpoint): Promise<Checkpoint> {
    return Promise.resolve(checkpoint);
  }

  async advance(checkpoint: Checkpoint): Promise<number> {
    const slice = await readLane(this.db, checkpoint.lane, checkpoint.position, SLICE);
    const last = slice.at(-1);
    if (last === undefined) return checkpoint.position;
    const tickets = byTicket(slice);
    await this.db.transaction(async (tx) => {
      await advanceCheckpoint(tx, checkpoint, last.position);
      if (tickets.size === 0) return;
      const rows = await readRows(tx, [...tickets.keys()]);
      const next: StoredTicket[] = [];
      for (const [key, events] of tickets) next.push(await project(tx, rows.get(key), key, events));
      await writeRows(tx, next);
    });
    return last.position;
  }
}

async function project(
  db: Queryable,
  before: StoredTicket | undefined,
  key: string,
  events: readonly TicketEvent[],
): Promise<StoredTicket> {
  const last = events.at(-1);
  if (last === undefined) throw new Error(`ticket ${key} has no event in its slice`);
  const row = inOrder(before?.row ?? null, events) ?? (await refold(db, last));
  return {
    ticket_key: key,
    tenant_id: last.tenant,
    ticket_id: last.ticketId,
    lane: last.lane,
    position: last.position,
    version: Math.max(before?.version ?? 0, ...events.map((event) => event.version ?? 0)),
    row,
  };
}

/** Null as soon as one of the events does not fit behind the others. */
function inOrder(before: TicketRow | null, events: readonly TicketEvent[]): TicketRow | null {
  let row = before;
  for (const event of events) {
    if (isOwn(event)) continue;
    row = applyToRow(row, factOfStored(event), judgementOf(event));
    if (row === null) return null;
  }
  return row;
}

/** Folds what the lane holds of the ticket up to the slice's end; what comes behind it is projected in its turn. */
async function refold(db: Queryable, last: TicketEvent): Promise<TicketRow> {
  const history = await readTicket(db, last.tenant, last.ticketId);
  const facts = history.filter((event) => event.position <= last.position && !isOwn(event)).map(factOfStored);
  return ticketRow(foldTicket(facts));
}

function judgementOf(event: TicketEvent): Judgement {
  return { verdict: event.verdict, reason: event.reason, type: event.type, flags: event.flags } as Judgement;
}

function byTicket(slice: readonly StoredEvent[]): Map<string, TicketEvent[]> {
  const tickets = new Map<string, TicketEvent[]>();
  for (const event of slice) {
    if (event.ticketId === null) continue;
    const key = ticketKey(event.tenant, event.ticketId);
    const same = tickets.get(key);
    if (same === undefined) tickets.set(key, [event as TicketEvent]);
    else same.push(event as TicketEvent);
  }
  return tickets;
}
