import { type Queryable } from '../platform/postgres/database';
import { type Incoming } from './incoming';
import { type Outcome, type Receipt } from './outcome';
import { type Pending } from './pending';

/** How the first copy of an event was stored, and what became of its verdict since. */
interface FirstRow extends Receipt {
  readonly ord: number;
  readonly fingerprint: Buffer;
  readonly attemptId: string;
  readonly currentVerdict: Receipt['verdict'];
}

// OFFSET 0 keeps each look-up a look-up by index, whatever the planner believes of the tables' sizes.
const FIRST_ANSWERS = {
  name: 'es_first_answers',
  text: `
    SELECT k.ord::int AS ord, f.*, a.attempt_id AS "attemptId", coalesce(c.verdict, f.verdict) AS "currentVerdict"
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(source, dedupe_key, ord)
    CROSS JOIN LATERAL (
      SELECT e.lane, e.position, e.event_id AS "eventId", e.type, e.version, e.verdict, e.verdict_reason AS reason,
             e.after, e.fingerprint, e.tenant, e.ticket_id, e.source, e.dedupe_key
      FROM es.event e WHERE e.source = k.source AND e.dedupe_key = k.dedupe_key OFFSET 0) f
    CROSS JOIN LATERAL (
      SELECT p.attempt_id FROM es.append p
      WHERE p.lane = f.lane AND p.first_position <= f.position ORDER BY p.first_position DESC LIMIT 1) a
    LEFT JOIN LATERAL (
      SELECT o.data ->> 'to' AS verdict FROM es.event o
      WHERE o.tenant = f.tenant AND o.ticket_id = f.ticket_id
        AND o.natural_key = 'of:' || f.source || '/' || f.dedupe_key
      ORDER BY o.version DESC LIMIT 1) c ON true`,
} as const;

const NATURAL_KEYS = {
  name: 'es_natural_keys',
  text: `
    SELECT k.ord::int AS ord
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k(tenant, ticket_id, natural_key, ord)
    WHERE EXISTS (
      SELECT FROM es.event e
      WHERE e.tenant = k.tenant AND e.ticket_id = k.ticket_id AND e.natural_key = k.natural_key OFFSET 0)`,
} as const;

/** Answers those whose event is in the store already; returns the others. */
export async function answerStored(db: Queryable, pendings: readonly Pending[]): Promise<Pending[]> {
  const found = await firstRows(
    db,
    pendings.map(({ incoming }) => incoming),
  );
  return pendings.filter((pending, index) => {
    const row = found.get(index);
    if (row !== undefined) pending.settle(outcomeOf(pending, row));
    return row === undefined;
  });
}

/** What became of an event that was stored at some time; null: it never was. */
export async function knownOutcome(db: Queryable, incoming: Incoming): Promise<Outcome | null> {
  const row = (await firstRows(db, [incoming])).get(0);
  return row === undefined ? null : duplicateOf(incoming, row);
}

/** By their place among the events. */
async function firstRows(db: Queryable, events: readonly Incoming[]): Promise<ReadonlyMap<number, FirstRow>> {
  const rows = await db.query<FirstRow & Record<string, unknown>>({
    ...FIRST_ANSWERS,
    values: [events.map(({ source }) => source), events.map(({ dedupeKey }) => dedupeKey)],
  });
  return new Map(rows.map((row) => [row.ord - 1, row]));
}

/** An event stored by an append whose answer was lost is our own: accepted, not a duplicate. */
function outcomeOf(pending: Pending, row: FirstRow): Outcome {
  return pending.attempts.has(row.attemptId)
    ? { kind: 'stored', receipt: receiptOf(row) }
    : duplicateOf(pending.incoming, row);
}

function duplicateOf({ fingerprint }: Incoming, row: FirstRow): Outcome {
  const sameContent = row.fingerprint.toString('hex') === fingerprint;
  return { kind: 'duplicate', first: receiptOf(row), sameContent, currentVerdict: row.currentVerdict };
}

function receiptOf(row: FirstRow): Receipt {
  return {
    lane: row.lane,
    position: row.position,
    eventId: row.eventId,
    type: row.type,
    version: row.version,
    verdict: row.verdict,
    reason: row.reason,
    after: row.after,
  };
}

/** Those whose message or status change stands in the ticket already, under another id. */
export async function naturallyKnown(
  db: Queryable,
  pendings: readonly Pending[],
): Promise<ReadonlySet<Pending>> {
  const asked = pendings.filter((pending) => pending.naturalKey !== null);
  const rows = await db.query<{ ord: number }>({
    ...NATURAL_KEYS,
    values: [
      asked.map((p) => p.incoming.tenant),
      asked.map((p) => p.incoming.ticketId),
      asked.map((p) => p.naturalKey),
    ],
  });
  return new Set(rows.map((row) => asked[row.ord - 1] as Pending));
}
