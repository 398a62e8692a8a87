import { type Body } from './happening';
import { uuidOf } from './ids';

/** The samples are of one week: whatever number lies in it is an instant, in seconds or milliseconds. */
const WEEK = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 2, 8) } as const;
const SECOND = 1000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What tells an event, a ticket or a message from every other. Customers and agents stay who they are. */
const IDENTITIES: ReadonlySet<string> = new Set([
  'event_id',
  'update_id',
  'delivery_key',
  'ticket_id',
  'merged_into',
  'conversation_id',
  'session_id',
  'number',
  'message_id',
  'topic_id',
  'message_thread_id',
]);

export interface Freshness {
  /** When the last of what it tells of happened, ms UTC. */
  readonly now: number;
  /** Sets its ids apart from those of other runs; eight hexadecimal digits. */
  readonly run: string;
  readonly integrationId: string;
  /** Null: as the sample has it. */
  readonly environment: string | null;
}

/** The same payload as if it happened just now, to a ticket of its own. What was one id stays one id. */
export function fresh(sample: Body, { now, run, integrationId, environment }: Freshness): Body {
  const last = Math.max(...instantsIn(sample));
  const moved = Number.isFinite(last) ? now - last : 0;
  return rewritten(sample, (key, value) => {
    if (key === 'integration_id') return integrationId;
    if (key === 'environment') return environment ?? value;
    if (IDENTITIES.has(key)) return freshId(value, run);
    return movedBy(value, moved);
  }) as Body;
}

function rewritten(value: unknown, rewrite: (key: string, value: unknown) => unknown, key = ''): unknown {
  if (typeof value !== 'object' || value === null) return rewrite(key, value);
  if (Array.isArray(value)) return value.map((item) => rewritten(item, rewrite, key));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, rewritten(item, rewrite, name)]),
  );
}

function instantsIn(sample: Body): readonly number[] {
  const found: number[] = [];
  rewritten(sample, (_key, value) => {
    const at = instantOf(value);
    if (at !== null) found.push(at);
  });
  return found;
}

function instantOf(value: unknown): number | null {
  if (typeof value === 'string') return ISO.test(value) ? Date.parse(value) : null;
  if (typeof value !== 'number') return null;
  return [value, value * SECOND].find((ms) => ms >= WEEK.from && ms < WEEK.to) ?? null;
}

function movedBy(value: unknown, ms: number): unknown {
  const at = instantOf(value);
  if (at === null) return value;
  if (typeof value === 'string') return new Date(at + ms).toISOString();
  return value === at ? at + ms : Math.floor((at + ms) / SECOND);
}

function freshId(value: unknown, run: string): unknown {
  // Room for the ids of a thousand runs a second, and far below what a double can't tell apart.
  if (typeof value === 'number') return value + Number.parseInt(run, 16) * 1000;
  if (typeof value !== 'string') return value;
  const uuid = uuidOf(`${run}/${value}`);
  return UUID.test(value) ? uuid : value.replace(/[0-9A-Za-z]*$/, uuid.slice(0, 8).toUpperCase());
}
