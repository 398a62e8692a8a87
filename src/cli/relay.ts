import { Command, InvalidArgumentError } from 'commander';
import { type FollowerState, followerStates } from '../admin/follower-states';
import { CasetrailError } from '../kernel/errors';
import { kafkaConnection } from '../platform/kafka/kafka-connection';
import { KafkaTopic } from '../platform/kafka/kafka-topic';
import { type Database, openDatabase } from '../platform/postgres/database';
import { type Config, loadConfig } from '../config/config';
import { findRunningInstance } from '../platform/runtime/data-dir';
import { findTicket } from '../read-models/ticket/find-ticket';
import { readLogIdentity } from '../relay/log-identity';
import { replay, type ReplayRequest } from '../relay/replay';
import { topicKinds, topicName } from '../relay/relay-topic';
import { Progress, grouped } from './progress';
import { print, printJson, say } from './terminal';

const RELAY = 'relay:';

export function relayCommand(): Command {
  return new Command('relay')
    .description('The way from the log to Kafka.')
    .addCommand(statusCommand())
    .addCommand(replayCommand());
}

function statusCommand(): Command {
  return new Command('status')
    .description('How many events each topic misses, lane by lane. Exit code 1: a lane cannot go on.')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      const states = await withDatabase(({ db }) => followerStates(db));
      const lanes = states.filter(({ name }) => name.startsWith(RELAY)).map(statusOf);
      if (json === true) printJson({ lanes });
      else tellStatus(lanes);
      if (lanes.some(({ state }) => state === 'red')) process.exitCode = 1;
    });
}

type LaneStatus = Omit<FollowerState, 'name'> & { readonly topic: string };

function statusOf({ name, ...state }: FollowerState): LaneStatus {
  return { topic: name.slice(RELAY.length), ...state };
}

function tellStatus(lanes: readonly LaneStatus[]): void {
  if (lanes.length === 0) print('No relay has run on this database yet.');
  for (const topic of new Set(lanes.map((lane) => lane.topic))) {
    const ofTopic = lanes.filter((lane) => lane.topic === topic);
    print(`${topic}: ${summary(ofTopic)}`);
    for (const lane of ofTopic) {
      const { position, head, state, lag_events, lag_seconds, owner, error } = lane;
      const lag = lag_events === 0 ? '' : `  ${grouped(lag_events)} events, ${age(lag_seconds)}`;
      print(`  lane ${lane.lane}  ${state.padEnd(8)} ${position} of ${head}${lag}  ${owner ?? 'no node'}`);
      if (error !== null) print(`    ${error}`);
    }
  }
}

function summary(lanes: readonly LaneStatus[]): string {
  const behind = lanes.reduce((sum, { lag_events }) => sum + lag_events, 0);
  const oldest = Math.max(...lanes.map(({ lag_seconds }) => lag_seconds));
  const red = lanes.filter(({ state }) => state === 'red').length;
  const progress = behind === 0 ? 'up to date' : `${grouped(behind)} events behind, ${age(oldest)}`;
  return red === 0 ? progress : `${progress}, ${red} of ${lanes.length} lanes can't go on`;
}

function age(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${grouped(Math.round(seconds))} s`;
}

interface ReplayFlags {
  readonly to: string;
  readonly from?: ReplayRequest['from'];
  readonly ticket?: string;
  readonly source?: string;
  readonly rejections?: boolean;
  readonly json?: boolean;
}

function replayCommand(): Command {
  return new Command('replay')
    .description(
      "Publish stored events once more. All of them to a topic of its own have the same chain as the relay's; a choice, and " +
        'whatever goes to a topic that the relay publishes to, has the header replay=true and is outside the chain.',
    )
    .requiredOption('--to <topic>', 'its whole name; made if it is not there')
    .option('--from <position>', 'from this position on in every lane, or in one: 3:1042', position)
    .option('--ticket <ticket>', "one ticket's events: its id or key")
    .option('--source <name>', 'whose ticket, where several tenants have that id')
    .option('--rejections', 'the rejected events instead of the others')
    .option('--json', 'print one JSON document')
    .action(async (flags: ReplayFlags) => {
      const progress = new Progress('events');
      try {
        const { events, isWhole } = await withDatabase((at) =>
          replayTo(at, flags, (share, done) => progress.show(share, done)),
        );
        progress.clear();
        if (flags.json === true) printJson({ topic: flags.to, events, whole: isWhole });
        else print(`${grouped(events)} events to ${flags.to}${isWhole ? '' : ', each with replay=true'}.`);
      } finally {
        progress.clear();
      }
    });
}

async function replayTo(
  { db, config, brokers }: Surroundings,
  { to, from, ticket, source, rejections }: ReplayFlags,
  onProgress: (share: number, events: number) => void,
): Promise<{ events: number; isWhole: boolean }> {
  if (brokers === undefined) {
    throw new CasetrailError('dependency_unavailable', 'No Kafka runs here: set KAFKA_BROKERS.');
  }
  const kafka = kafkaConnection({ brokers, log: say, access: config.kafka.access });
  const { lanes } = await readLogIdentity(db);
  const target = new KafkaTopic(kafka, { name: to, partitions: lanes }, config.kafka.compression);
  try {
    return await replay(
      db,
      target,
      {
        kind: rejections === true ? 'ticket-rejections' : 'ticket-events',
        personalData: config.kafka.personalData,
        isLive: topicKinds.some((kind) => topicName(config.kafka.topicPrefix, kind) === to),
        ...(from === undefined ? {} : { from }),
        ...(ticket === undefined ? {} : { ticket: await identified(db, ticket, source) }),
      },
      onProgress,
    );
  } finally {
    await target.close();
  }
}

async function identified(
  db: Database,
  id: string,
  source: string | undefined,
): Promise<{ tenant: string; ticketId: string }> {
  const found = await findTicket(db, { id, tenant: null, source: source ?? null });
  return { tenant: String(found['tenant_id']), ticketId: String(found['ticket_id']) };
}

/** `1042`, or `3:1042` for one lane. */
function position(text: string): NonNullable<ReplayRequest['from']> {
  const match = /^(?:(\d{1,2}):)?(\d{1,15})$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError('expected a position such as 1042, or 3:1042 for lane 3');
  return { lane: match[1] === undefined ? null : Number(match[1]), position: Number(match[2]) };
}

interface Surroundings {
  readonly db: Database;
  readonly config: Config;
  readonly brokers: readonly string[] | undefined;
}

async function withDatabase<T>(work: (at: Surroundings) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const running = findRunningInstance(config.dataDir);
  const url = config.database.url ?? running?.databaseUrl;
  if (url === undefined) {
    const message = `No casetrail runs here (${config.dataDir}): start it with npm start, or set DATABASE_URL.`;
    throw new CasetrailError('dependency_unavailable', message);
  }
  const db = openDatabase({ url, poolMax: 10, applicationName: 'casetrail-relay' });
  try {
    return await work({ db, config, brokers: config.kafka.brokers ?? running?.kafkaBrokers });
  } finally {
    await db.close();
  }
}
