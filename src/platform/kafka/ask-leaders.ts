import { backoffMs, pause } from '../../kernel/backoff';
import { type Cluster } from './cluster-internals';
import { kafkaErrorType } from './kafka-error';

const PATIENCE_MS = 3000;
const PASSING: ReadonlySet<string> = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

/** Brokers learn one after the other of a topic that was just made, and of a new leader: asked too early they refuse. */
export async function askLeaders<T>(cluster: Cluster, topic: string, ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await cluster.addTargetTopic(topic);
      if (attempt > 0) await cluster.refreshMetadata();
      return await ask();
    } catch (thrown) {
      if (!PASSING.has(kafkaErrorType(thrown) ?? '') || performance.now() > deadline) throw thrown;
      await pause(backoffMs(attempt, 50, 500, Math.random));
    }
  }
}
