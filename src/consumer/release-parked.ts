import { type Kafka } from 'kafkajs';
import { linkOf } from './chain';
import { ParkingTopic } from './parking';
import { type TicketEvent } from './ticket-events';

export interface ReleaseOptions {
  readonly kafka: Kafka;
  readonly parkingTopic: string;
  /** tenant/ticket_id */
  readonly ticket: string;
  /** Gets what was parked of the ticket, in order; when it throws, the ticket stays parked. */
  readonly handle: (event: TicketEvent) => Promise<void> | void;
}

/**
 * Handles a parked ticket after all, and takes it out of the parking place. To be run while its followers are stopped: they
 * read what is parked when they start. Returns how many events there were.
 */
export async function releaseParked({
  kafka,
  parkingTopic,
  ticket,
  handle,
}: ReleaseOptions): Promise<number> {
  const parking = new ParkingTopic(kafka, parkingTopic, '');
  const messages = (await parking.read()).get(ticket) ?? [];
  let done = 0;
  let events = 0;
  try {
    for (const { headers, value } of messages) {
      const position = linkOf(headers)?.position ?? 0;
      // Parked twice: its first parking had not been answered.
      if (position <= done) continue;
      await handle(JSON.parse(String(value)) as TicketEvent);
      done = position;
      events += 1;
    }
    if (messages.length > 0) await parking.release(ticket);
  } finally {
    await parking.close();
  }
  return events;
}
