import { Command } from 'commander';
import { type Config, loadConfig } from '../config/config';
import { CasetrailError } from '../kernel/errors';
import { kafkaConnection } from '../platform/kafka/kafka-connection';
import { ensureTopic } from '../platform/kafka/topics';
import { findRunningInstance } from '../platform/runtime/data-dir';
import { migrate } from '../platform/postgres/migrate';
import { topicKinds, topicName } from '../relay/relay-topic';
import { print, printJson, say, sayWaiting } from './terminal';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Bring the database schema up to date and, with KAFKA_BROKERS, make the topics (start does both by itself).',
    )
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      const config = loadConfig();
      const url =
        config.database.directUrl ?? config.database.url ?? findRunningInstance(config.dataDir)?.databaseUrl;
      if (url === undefined)
        throw new CasetrailError('config_invalid', 'Set DATABASE_URL, or run npm start here.');
      const ran = await migrate({ url, lanes: config.lanes, onWait: sayWaiting });
      if (json !== true) print(ran.length === 0 ? 'The schema is up to date.' : `Applied ${ran.join(', ')}.`);
      const topics = await ensureTopics(config);
      if (json === true) printJson({ ran, topics });
      else if (topics.length > 0) print(`Topics: ${topics.join(', ')}.`);
    });
}

/** The topics that are there now. The schema does not wait for a Kafka that is away: nodes make the topics too. */
async function ensureTopics({
  kafka: { enabled, brokers, access, topicPrefix },
  lanes,
}: Config): Promise<string[]> {
  if (!enabled || brokers === undefined) return [];
  const kafka = kafkaConnection({ brokers, log: () => undefined, access });
  const names = topicKinds.map((kind) => topicName(topicPrefix, kind));
  try {
    for (const name of names) await ensureTopic(kafka, { name, partitions: lanes });
    return names;
  } catch (thrown) {
    if (!(thrown instanceof CasetrailError) || thrown.code !== 'dependency_unavailable') throw thrown;
    say(`casetrail: the topics could not be made: ${thrown.message}`);
    say('The database is ready; a node makes the topics when it reaches Kafka, or run this again.');
    return [];
  }
}
