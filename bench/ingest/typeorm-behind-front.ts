import 'reflect-metadata';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { type Incoming } from '../../src/ledger/incoming';
import { type PeerStore, servePeer, stored } from './front';
import { openTypeOrm } from './typeorm-row';

/** One row an event, with a generated key: the least that `save` can do. */
@Entity({ name: 'crm_event' })
class CrmEvent {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: number;

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

async function open(url: string): Promise<PeerStore> {
  const source = await openTypeOrm(url, CrmEvent);
  const events = source.getRepository(CrmEvent);
  return {
    append: async (incoming: Incoming) => {
      const row = await events.save(
        events.create({
          eventId: incoming.eventId,
          ticketId: incoming.ticketId,
          type: incoming.type,
          occurredAt: new Date(incoming.occurredAt),
          receivedAt: new Date(incoming.receivedAt),
          body: { data: incoming.data, personal: incoming.personal },
        }),
      );
      return stored(incoming, row.id, 'accepted');
    },
    close: () => source.destroy(),
  };
}

void servePeer(open);
