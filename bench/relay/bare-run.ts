import { type Message, Partitioners, type Producer } from 'kafkajs';
import { kafkaConnection } from '../../src/platform/kafka/kafka-connection';
import { ensureTopic } from '../../src/platform/kafka/topics';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { batchesOf } from '../../src/relay/batch';
import { readSlice } from '../../src/relay/lane-slice';
import { readLogIdentity } from '../../src/relay/log-identity';
import { say } from '../support/figures';
import { LANES } from './backlog';
import { givenOptions, Meter } from './child';

/** Loaded at a time: few enough that the garbage collector has nothing to do with them. */
const EVENTS_LOADED = 5000;

/** A kafkajs producer as its documentation shows it, with the relay's settings, given the relay's batches ready-made. */
async function main(): Promise<void> {
  const { databaseUrl, brokers, topic } = givenOptions();
  const db = openDatabase({ url: databaseUrl, poolMax: 16, applicationName: 'bench', role: 'casetrail_app' });
  const { logId } = await readLogIdentity(db);
  const kafka = kafkaConnection({ brokers, log: say });
  await ensureTopic(kafka, { name: topic, partitions: LANES });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const lanes = Array.from({ length: LANES }, (_, lane) => new LaneOfBatches(db, lane, logId));
  const meter = new Meter();
  let events = 0;
  for (;;) {
    const loaded = await Promise.all(lanes.map((lane) => lane.load()));
    if (loaded.every((batches) => batches.length === 0)) break;
    await meter.timed(() => Promise.all(loaded.map((batches) => send(producer, topic, batches))));
    events += loaded.flat(2).length;
  }
  await producer.disconnect();
  await db.close();
  meter.tell(events);
}

async function send(producer: Producer, topic: string, batches: readonly Message[][]): Promise<void> {
  for (const messages of batches) await producer.send({ topic, acks: -1, messages });
}

/** The batches that the relay would make of a lane. */
class LaneOfBatches {
  #position = 0;

  constructor(
    private readonly db: Database,
    private readonly lane: number,
    private readonly logId: string,
  ) {}

  async load(): Promise<Message[][]> {
    const { db, lane, logId } = this;
    const batches: Message[][] = [];
    for (let loaded = 0; loaded < EVENTS_LOADED;) {
      const after = this.#position;
      const slice = await readSlice(db, { kind: 'ticket-events', lane, after, personalData: 'include' });
      if (slice.last === after) break;
      for (const { records } of batchesOf(slice.events, { logId })) {
        batches.push(
          records.map(({ key, value, headers, timestamp }) => ({
            key,
            value: value.toString(),
            headers,
            timestamp: String(timestamp),
            partition: lane,
          })),
        );
      }
      this.#position = slice.last;
      loaded += slice.events.length;
    }
    return batches;
  }
}

void main();
