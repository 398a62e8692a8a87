import { Column, DataSource, Entity, PrimaryGeneratedColumn, QueryFailedError } from 'typeorm';
import { type Keeper, peerOptions, servePeer } from './front';

const POOL = 20;
const UNIQUE_VIOLATION = '23505';

/** One row an event, as a Nest application would keep its webhooks. */
@Entity({ name: 'crm_event' })
class CrmEvent {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column('uuid', { name: 'event_id', unique: true })
  eventId!: string;

  @Column('text', { name: 'ticket_id', nullable: true })
  ticketId!: string | null;

  @Column('text')
  type!: string;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date;

  @Column('jsonb')
  body!: object;
}

async function main(): Promise<void> {
  const { databaseUrl, sender } = peerOptions();
  const source = await new DataSource({
    type: 'postgres',
    url: databaseUrl,
    entities: [CrmEvent],
    synchronize: true,
    installExtensions: false,
    poolSize: POOL,
  }).initialize();
  const events = source.getRepository(CrmEvent);
  const keeper: Keeper = {
    keep: async (event, receivedAt) => {
      const row = events.create({
        eventId: event.sourceEventId,
        ticketId: event.ticketId,
        type: event.type,
        occurredAt: new Date(event.occurredAt),
        receivedAt: new Date(receivedAt),
        body: event.body,
      });
      try {
        await events.save(row);
        return 'accepted';
      } catch (thrown) {
        const { code } = (thrown instanceof QueryFailedError ? thrown.driverError : {}) as { code?: string };
        if (code === UNIQUE_VIOLATION) return 'duplicate';
        throw thrown;
      }
    },
  };
  await servePeer(keeper, sender, () => source.destroy());
}

void main();
