import { execFile } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE_DIR } from '../../support/cluster';
import { testBrokers } from '../../support/kafka';

const run = promisify(execFile);
/** Fetched once, like the broker's. */
const JARS = join(CACHE_DIR, 'console-consumer');

export interface PrintedRecord {
  readonly partition: string;
  readonly timestamp: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

/** So many records from the beginning of a topic, read and printed by Apache Kafka's own console consumer in Java. */
export async function printedByConsoleConsumer(topic: string, count: number): Promise<PrintedRecord[]> {
  const formatter = ['partition', 'timestamp', 'key', 'headers'].flatMap((part) => [
    '--formatter-property',
    `print.${part}=true`,
  ]);
  const { stdout } = await run(
    'java',
    [
      ...['-cp', await classPath(), 'org.apache.kafka.tools.consumer.ConsoleConsumer'],
      ...['--bootstrap-server', testBrokers().join(','), '--topic', topic, '--from-beginning'],
      ...['--max-messages', String(count), '--timeout-ms', '20000'],
      ...formatter,
      ...['--formatter-property', 'headers.separator=\u0001'],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(printed);
}

function printed(line: string): PrintedRecord {
  const [timestamp = '', partition = '', headers = '', key = '', ...value] = line.split('\t');
  const pairs = headers.split('\u0001').map((pair) => {
    const colon = pair.indexOf(':');
    return [pair.slice(0, colon), pair.slice(colon + 1)] as const;
  });
  return { timestamp, partition, key, headers: Object.fromEntries(pairs), value: value.join('\t') };
}

/** The tools are not among the jars that a broker needs. Complete or not there: they appear by a rename. */
async function classPath(): Promise<string> {
  if (!existsSync(JARS)) {
    const beside = `${JARS}.${process.pid}.tmp`;
    const pom = join(__dirname, 'console-consumer.pom.xml');
    await run('mvn', ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${beside}`]);
    renameSync(beside, JARS);
  }
  return join(JARS, '*');
}
