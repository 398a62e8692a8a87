// Prints every event of the ticket topic, from the beginning and on: node examples/follow-tickets.mjs [host:port] [topic]
import { randomUUID } from 'node:crypto';
import { followTickets } from 'casetrail/consumer';
import { Kafka, logLevel } from 'kafkajs';
import { runningInstance, untilStopped } from './running-instance.mjs';

const brokers = process.argv[2]?.split(',') ?? runningInstance().kafkaBrokers ?? ['127.0.0.1:9092'];
const follower = await followTickets({
  kafka: new Kafka({ clientId: 'follow-tickets', brokers, logLevel: logLevel.NOTHING }),
  // A group of its own for each run: every run starts at the beginning.
  groupId: `follow-tickets-${randomUUID()}`,
  topic: process.argv[3] ?? 'casetrail.ticket-events.v1',
  handle: ({ subject, ticketversion, type, time, after }, { bookmark }) => {
    const place = `${bookmark.partition}:${bookmark.position}`;
    console.log(
      [time, place, subject, `v${ticketversion}`, type, after.status, after.assignee ?? '-'].join('  '),
    );
  },
});
await untilStopped(follower);
