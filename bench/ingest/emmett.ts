import { DeciderCommandHandler, IllegalStateError } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { Pool } from 'pg';
import { type FactFields, factOf } from '../../src/domain/fact';
import { judge } from '../../src/domain/judge';
import { type TicketHead } from '../../src/domain/ticket-head';
import { type Understood } from '../../src/ingress/dialects/dialect';
import { type Keeper, peerOptions, servePeer } from './front';

const POOL = 20;

interface TicketState {
  readonly head: TicketHead | null;
}

interface TicketEvent {
  readonly type: string;
  readonly data: FactFields & { readonly receivedAt: number };
}

interface Receive {
  readonly type: 'Receive';
  readonly data: TicketEvent;
}

const initialState = (): TicketState => ({ head: null });

/** The same guard as casetrail's: what it refuses is not appended. */
function decide({ data: event }: Receive, { head }: TicketState): TicketEvent {
  const verdict = judge(head, factOf(event.data))?.verdict;
  if (verdict === undefined || verdict === 'rejected')
    throw new IllegalStateError(`the ticket refuses ${event.type}`);
  return event;
}

function evolve({ head }: TicketState, { data }: TicketEvent): TicketState {
  return { head: judge(head, factOf(data))?.head ?? head };
}

/** As its documentation shows: read the stream, decide, append with the version that was read; retry on a conflict. */
async function main(): Promise<void> {
  const { databaseUrl, sender } = peerOptions();
  const pool = new Pool({ connectionString: databaseUrl, max: POOL });
  const store = getPostgreSQLEventStore(databaseUrl, {
    connectionOptions: { pool },
    schema: { autoMigration: 'None' },
  });
  await store.schema.migrate();
  const handle = DeciderCommandHandler({ decide, evolve, initialState, retry: { onVersionConflict: true } });
  const keeper: Keeper = {
    keep: async (event, receivedAt) => {
      try {
        const stream = `ticket-${event.ticketId ?? 'none'}`;
        await handle(store, stream, { type: 'Receive', data: ticketEvent(event, receivedAt) });
        return 'accepted';
      } catch (thrown) {
        if (thrown instanceof IllegalStateError) return 'rejected';
        throw thrown;
      }
    },
  };
  await servePeer(keeper, sender, () => store.close());
}

function ticketEvent(event: Understood, receivedAt: number): TicketEvent {
  return {
    type: event.type,
    data: {
      ref: `crm/${event.dedupeKey}`,
      eventId: event.sourceEventId,
      source: 'crm',
      type: event.type,
      namedReopened: event.namedReopened,
      occurredAt: event.occurredAt,
      flags: [],
      data: event.body,
      receivedAt,
    } as TicketEvent['data'],
  };
}

void main();
