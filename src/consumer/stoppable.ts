import { type Kafka } from 'kafkajs';

/** What kafkajs asks its cluster before each fetch. */
interface Cluster {
  getNodeIds(): readonly number[];
}

type MakeCluster = (options: object) => Cluster;

/**
 * kafkajs 2.2.4, told to stop in the moment in which it replaces its fetchers because a broker came or went, makes new ones all
 * the same. They ask a consumer that does not run any more, are answered at once, and ask again for ever, without letting
 * anything else of the process have its turn. A cluster that refuses to be asked ends them.
 *
 * Another release of kafkajs may be built differently: then the client is used as it is.
 */
export function stoppable(kafka: Kafka, isStopped: () => boolean): Kafka {
  const key = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const make: unknown = key === undefined ? undefined : Reflect.get(kafka, key);
  if (key === undefined || typeof make !== 'function') return kafka;
  const guarded = Object.create(kafka) as Kafka;
  Object.defineProperty(guarded, key, {
    value: (options: object) => endingWith((make as MakeCluster)(options), isStopped),
  });
  return guarded;
}

function endingWith(cluster: Cluster, isStopped: () => boolean): Cluster {
  const ask = cluster.getNodeIds.bind(cluster);
  cluster.getNodeIds = () => {
    if (isStopped()) throw new Error('the consumer was stopped');
    return ask();
  };
  return cluster;
}
