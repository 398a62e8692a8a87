// Keeps a table with the state of every ticket, each event exactly once, because the place in the topic is stored in the
// same transaction as its effect: node examples/materialise-tickets.mjs [host:port] [database url] [topic]
import { followTickets } from 'casetrail/consumer';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { runningInstance, untilStopped } from './running-instance.mjs';

const instance = runningInstance();
const brokers = process.argv[2]?.split(',') ?? instance.kafkaBrokers ?? ['127.0.0.1:9092'];
const pool = new pg.Pool({ connectionString: process.argv[3] ?? instance.databaseUrl, max: 2 });
const topic = process.argv[4] ?? 'casetrail.ticket-events.v1';
pool.on('error', (error) => console.error(error.message));

await pool.query(`
  CREATE SCHEMA IF NOT EXISTS example;
  CREATE TABLE IF NOT EXISTS example.ticket (
    ticket text PRIMARY KEY, status text NOT NULL, close_reason text, assignee text, cycle_no int NOT NULL,
    version bigint NOT NULL, events bigint NOT NULL);
  CREATE TABLE IF NOT EXISTS example.bookmark (
    topic text, partition int, "offset" bigint NOT NULL, position bigint NOT NULL, log_id text NOT NULL,
    PRIMARY KEY (topic, partition));`);

const follower = await followTickets({
  kafka: new Kafka({ clientId: 'materialise-tickets', brokers, logLevel: logLevel.NOTHING }),
  groupId: 'materialise-tickets',
  topic,
  bookmarks: { load: loadBookmark, save: (bookmark, previous) => saveBookmark(pool, bookmark, previous) },
  handle: (event, { bookmark, previous }) =>
    inTransaction(async (client) => {
      await saveBookmark(client, bookmark, previous);
      await applyEvent(client, event);
    }),
  parkingTopic: `${topic}.materialise-tickets.dlq`,
  // Class 22 and 23 of SQLSTATE: the database says no to the data. Anything else may be better in a moment.
  isPoison: (error) => /^2[23]/.test(error.code ?? ''),
  onParked: (ticket, error) => console.error(`parked ${ticket}: ${error.message}`),
});
console.log(`following ${topic}: select * from example.ticket`);
await untilStopped(follower);
await pool.end();

/** The version rule: what is not above what we have changes nothing. */
function applyEvent(client, { subject, ticketversion, after }) {
  return client.query(
    `INSERT INTO example.ticket AS t VALUES ($1, $2, $3, $4, $5, $6, 1)
     ON CONFLICT (ticket) DO UPDATE SET status = $2, close_reason = $3, assignee = $4, cycle_no = $5, version = $6,
       events = t.events + 1
     WHERE t.version < $6`,
    [subject, after.status, after.close_reason, after.assignee, after.cycle_no, ticketversion],
  );
}

async function loadBookmark(ofTopic, partition) {
  const { rows } = await pool.query(
    `SELECT topic, partition, "offset", position, log_id AS "logId"
     FROM example.bookmark WHERE topic = $1 AND partition = $2`,
    [ofTopic, partition],
  );
  return rows[0] === undefined ? null : { ...rows[0], position: Number(rows[0].position) };
}

/** Compare and set: another process that took the partition over meanwhile has moved the bookmark. */
async function saveBookmark(client, { topic: ofTopic, partition, offset, position, logId }, previous) {
  const { rowCount } = await client.query(
    `INSERT INTO example.bookmark AS b VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (topic, partition) DO UPDATE SET "offset" = $3, position = $4, log_id = $5
     WHERE b.position = $6 AND b.log_id = $7`,
    [ofTopic, partition, offset, position, logId, previous?.position, previous?.logId],
  );
  if (rowCount === 0) throw new Error(`partition ${partition} was taken over by another process`);
}

async function inTransaction(work) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    client.release(true);
    throw error;
  }
}
