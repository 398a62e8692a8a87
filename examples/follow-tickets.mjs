// Prints every event of the ticket topic, from the beginning and on: node examples/follow-tickets.mjs <host:port>
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

const brokers = (process.argv[2] ?? '127.0.0.1:9092').split(',');
const topic = process.argv[3] ?? 'casetrail.ticket-events.v1';
const kafka = new Kafka({ clientId: 'follow-tickets', brokers, logLevel: logLevel.NOTHING });
// A group of its own for each run: every run starts at the beginning.
const consumer = kafka.consumer({ groupId: `follow-tickets-${randomUUID()}`, maxWaitTimeInMs: 200 });

await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message }) => {
    const event = JSON.parse(message.value.toString());
    const { status, assignee } = event.after ?? {};
    const at = message.headers.ce_position;
    console.log(
      `${partition}:${at}  ${message.key}  v${message.headers.ce_ticketversion}  ${event.type}  ${status}  ${assignee ?? '-'}`,
    );
  },
});

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => consumer.disconnect().then(() => process.exit(0)));
