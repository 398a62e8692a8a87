import { DeciderCommandHandler, IllegalStateError } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { Pool } from 'pg';
import { type FactFields, factOf } from '../../src/domain/fact';
import { judge } from '../../src/domain/judge';
import { type TicketHead } from '../../src/domain/ticket-head';
import { type Incoming } from '../../src/ledger/incoming';
import { type PeerStore, servePeer, stored } from './front';

/** Its best on two cores: measured with 10, 20 and 40. */
const POOL = 10;

interface TicketState {
  readonly head: TicketHead | null;
}

interface TicketEvent {
  readonly type: string;
  readonly data: FactFields & Pick<Incoming, 'personal' | 'receivedAt'>;
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
async function open(url: string): Promise<PeerStore> {
  const pool = new Pool({ connectionString: url, max: POOL });
  const store = getPostgreSQLEventStore(url, {
    connectionOptions: { pool },
    schema: { autoMigration: 'None' },
  });
  await store.schema.migrate();
  const handle = DeciderCommandHandler({ decide, evolve, initialState, retry: { onVersionConflict: true } });
  return {
    append: async (incoming) => {
      try {
        const { nextExpectedStreamVersion } = await handle(store, `ticket-${incoming.partitionKey}`, {
          type: 'Receive',
          data: eventOf(incoming),
        });
        return stored(incoming, Number(nextExpectedStreamVersion), 'accepted');
      } catch (thrown) {
        if (thrown instanceof IllegalStateError) return stored(incoming, 0, 'rejected');
        throw thrown;
      }
    },
    close: () => store.close(),
  };
}

function eventOf(incoming: Incoming): TicketEvent {
  const { eventId, source, type, namedReopened, occurredAt, receivedAt, flags, data, personal } = incoming;
  const ref = `${source}/${incoming.dedupeKey}`;
  const fact = { ref, eventId, source, type, namedReopened, occurredAt, flags, data };
  return { type, data: { ...fact, personal, receivedAt } as TicketEvent['data'] };
}

void servePeer(open);
