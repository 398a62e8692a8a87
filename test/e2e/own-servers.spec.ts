import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isAlive, type ProcessIdentity } from '../../src/platform/runtime/processes';
import { CACHE_DIR, temporaryDataDir } from '../support/cluster';
import { eventually } from '../support/eventually';
import { describeWithKafka } from '../support/kafka';
import { type Node, startNode } from '../support/node';

jest.setTimeout(120_000);

const THROWS_ON_USR2 = 'data:text/javascript,process.on(`SIGUSR2`,()=>{throw(Error(`unforeseen`))})';

/** A data directory that does not fetch Kafka's jars once more. */
function newDataDir(): string {
  const dataDir = temporaryDataDir();
  mkdirSync(CACHE_DIR, { recursive: true });
  symlinkSync(CACHE_DIR, join(dataDir, 'cache'));
  return dataDir;
}

function postgresOf(dataDir: string): ProcessIdentity {
  const pid = Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
  return identityOf(pid) ?? { pid, startedAt: 'gone' };
}

function kafkaOf(dataDir: string): ProcessIdentity {
  return JSON.parse(readFileSync(join(dataDir, 'kafka/node-1/process.json'), 'utf8')) as ProcessIdentity;
}

describe('the PostgreSQL that a node has started', () => {
  let dataDir: string;
  let node: Node | undefined;
  const env = (): Record<string, string> => ({ CASETRAIL_DATA_DIR: dataDir, PORT: '0', KAFKA: 'off' });

  beforeEach(() => {
    dataDir = newDataDir();
  });

  afterEach(async () => {
    await node?.stop('SIGKILL');
    node = undefined;
  });

  test('is stopped when the terminal is closed', async () => {
    node = await startNode(env());
    const postgres = postgresOf(dataDir);
    expect(isAlive(postgres)).toBe(true);
    expect(await node.stop('SIGHUP')).toBe(0);
    expect(isAlive(postgres)).toBe(false);
  });

  test('is stopped in order though nobody reads the output any more', async () => {
    node = await startNode(env());
    const postgres = postgresOf(dataDir);
    node.child.stdout?.destroy();
    node.child.stderr?.destroy();
    expect(await node.stop('SIGTERM')).toBe(0);
    expect(isAlive(postgres)).toBe(false);
  });

  test('is stopped when something unforeseen ends the node, with exit code 1', async () => {
    node = await startNode({ ...env(), NODE_OPTIONS: `--import=${THROWS_ON_USR2}` });
    const postgres = postgresOf(dataDir);
    expect(await node.stop('SIGUSR2')).toBe(1);
    expect(node.output()).toContain('Error: unforeseen');
    expect(isAlive(postgres)).toBe(false);
  });
});

describeWithKafka('a Kafka that is starting', () => {
  /** Up to the moment at which its process is there; it needs seconds to become ready. */
  async function startUpToKafka(): Promise<{
    dataDir: string;
    ended: Promise<string>;
    kafka: ProcessIdentity;
  }> {
    const dataDir = newDataDir();
    const ended = startNode({ CASETRAIL_DATA_DIR: dataDir, PORT: '0' }).then(
      () => 'it became ready',
      (thrown: unknown) => String(thrown),
    );
    const kafka = await eventually(() => kafkaOf(dataDir));
    return { dataDir, ended, kafka };
  }

  test('is stopped with the node when PostgreSQL dies meanwhile', async () => {
    const { dataDir, ended, kafka } = await startUpToKafka();
    process.kill(postgresOf(dataDir).pid, 'SIGKILL');
    expect(await ended).toMatch(/ended with 1 before it was ready[^]*PostgreSQL ended by itself/);
    expect(isAlive(kafka)).toBe(false);
  });

  test('is asked to end by a node that was told twice', async () => {
    const { dataDir, ended, kafka } = await startUpToKafka();
    const { pid } = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as ProcessIdentity;
    process.kill(pid, 'SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.kill(pid, 'SIGTERM');
    expect(await ended).toContain('ended with 1 before it was ready');
    await eventually(() => expect(isAlive(kafka)).toBe(false));
  });
});
