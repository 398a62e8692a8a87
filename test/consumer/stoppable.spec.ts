import { Kafka, logLevel } from 'kafkajs';
import { stoppable } from '../../src/consumer/stoppable';

interface FetchManager {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** kafkajs' own, which a consumer keeps to itself. */
const createFetchManager = jest.requireActual<(options: object) => FetchManager>(
  'kafkajs/src/consumer/fetchManager',
);

interface Cluster {
  getNodeIds(): number[];
}

function clusterOf(kafka: Kafka): Cluster {
  const key = Object.getOwnPropertySymbols(Object.getPrototypeOf(kafka)).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const make = Reflect.get(kafka, key ?? '') as (options: object) => Cluster;
  return make({});
}

describe('a consumer that is stopped while brokers come and go', () => {
  it('ends, although kafkajs has just made new fetchers for it', async () => {
    let isStopped = false;
    const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING });
    const cluster = clusterOf(stoppable(kafka, () => isStopped));
    // Whoever the brokers are.
    Reflect.set(cluster, 'brokerPool', { getNodeIds: () => [1, 2] });
    const nobody = { debug: () => undefined, info: () => undefined };
    let fetches = 0;
    const manager = createFetchManager({
      logger: { namespace: () => ({ ...nobody, namespace: () => nobody }) },
      getNodeIds: () => cluster.getNodeIds(),
      // As a consumer that runs no more: at once, and for ever.
      fetch: () => {
        fetches += 1;
        if (fetches === 1_000) isStopped = true;
        return Promise.resolve([]);
      },
      handler: () => Promise.resolve(),
    });
    await expect(manager.start()).rejects.toThrow('the consumer was stopped');
    expect(fetches).toBe(1_000);
  });

  it('is used as it is where kafkajs is built differently', () => {
    const other = { consumer: () => undefined } as unknown as Kafka;
    expect(stoppable(other, () => false)).toBe(other);
  });
});
