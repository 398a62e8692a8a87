import { Kafka, logLevel, type logCreator } from 'kafkajs';
import { type KafkaAccess } from '../../config/kafka-access';
import { securityOf } from './kafka-security';

const SECOND = 1000;
/** kafkajs says the same thing for each attempt of each lane; once in a while is enough for a person. */
const REPEAT_AFTER_MS = 60 * SECOND;
const REMEMBERED_MAX = 100;

export interface KafkaConnectionOptions {
  readonly brokers: readonly string[];
  readonly log: (message: string) => void;
  /** Default: no login, no TLS. */
  readonly access?: KafkaAccess;
}

/** What publisher and topics share: where the cluster is and how patient a single request is. Connects to nothing yet. */
export function kafkaConnection(options: KafkaConnectionOptions): Kafka {
  return new Kafka({
    clientId: options.access?.clientId ?? 'casetrail',
    brokers: [...options.brokers],
    ...(options.access === undefined ? {} : securityOf(options.access)),
    connectionTimeout: 3 * SECOND,
    requestTimeout: 10 * SECOND,
    // Short on purpose: whoever uses the connection owns the endless loop, so an outage is visible from outside.
    retry: { initialRetryTime: 100, maxRetryTime: 2 * SECOND, retries: 2 },
    logLevel: logLevel.ERROR,
    logCreator: quietly(options.log),
  });
}

function quietly(log: (message: string) => void): logCreator {
  const saidAt = new Map<string, number>();
  return () => (entry) => {
    // A broker's refusal of one request: the caller gets it as an error and decides what it means.
    if (entry.log.message.startsWith('Response ')) return;
    const message = `kafka: ${entry.log.message}`;
    const now = Date.now();
    if (now - (saidAt.get(message) ?? -Infinity) < REPEAT_AFTER_MS) return;
    if (saidAt.size >= REMEMBERED_MAX) saidAt.clear();
    saidAt.set(message, now);
    log(message);
  };
}
