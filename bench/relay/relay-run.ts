import { FollowerRunner } from '../../src/followers/follower-runner';
import { LaneWakeups } from '../../src/followers/lane-wakeups';
import { kafkaConnection } from '../../src/platform/kafka/kafka-connection';
import { KafkaTopic } from '../../src/platform/kafka/kafka-topic';
import { openDatabase } from '../../src/platform/postgres/database';
import { TopicRelay } from '../../src/relay/topic-relay';
import { say } from '../support/figures';
import { LANES } from './backlog';
import { givenOptions, Meter } from './child';

const POLL_MS = 10;
const HEADS = 'SELECT lane, max(position) AS position FROM es.event GROUP BY lane';

/** The product's relay with all lanes, from taking them to the end of the log. */
async function main(): Promise<void> {
  const { databaseUrl, brokers, topic: name } = givenOptions();
  const db = openDatabase({ url: databaseUrl, poolMax: 16, applicationName: 'bench', role: 'casetrail_app' });
  const heads = await db.query<{ lane: number; position: number }>({ text: HEADS });
  const topic = new KafkaTopic(kafkaConnection({ brokers, log: say }), { name, partitions: LANES });
  const relay = new TopicRelay({ db, kind: 'ticket-events', topic, personalData: 'include', log: say });
  const runner = new FollowerRunner(relay, { db, wakeups: new LaneWakeups(), log: say });
  const isDone = (): boolean => {
    const reached = new Map(runner.states().map(({ lane, position }) => [lane, position]));
    return heads.every(({ lane, position }) => reached.get(lane) === position);
  };
  await topic.ensure();
  const meter = new Meter();
  await meter.timed(async () => {
    runner.start();
    while (!isDone()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  });
  await runner.stop();
  await topic.close();
  await db.close();
  meter.tell(heads.reduce((sum, { position }) => sum + position, 0));
}

void main();
