export type KafkaSettings = Readonly<Record<string, string | number | boolean>>;

export interface NodeAddress {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
}

/** Failover within seconds for tests that kill a leader; one node alone has nobody to fail over to. */
const CLUSTER_TIMEOUTS = {
  'controller.quorum.election.timeout.ms': 500,
  'controller.quorum.fetch.timeout.ms': 1000,
};

/** server.properties of one KRaft node that is broker and controller. */
export function serverProperties(
  self: NodeAddress,
  all: readonly NodeAddress[],
  dataDir: string,
  settings: KafkaSettings,
): string {
  const replicas = Math.min(3, all.length);
  const properties: KafkaSettings = {
    'process.roles': 'broker,controller',
    'node.id': self.id,
    'controller.quorum.voters': all
      .map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`)
      .join(','),
    listeners: `PLAINTEXT://127.0.0.1:${self.port},CONTROLLER://127.0.0.1:${self.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${self.port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': dataDir,

    // Topics are a contract: casetrail makes them, a typing error does not.
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.max(1, replicas - 1),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.max(1, replicas - 1),
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': Math.max(1, replicas - 1),
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,

    // A killed broker is let in again only when its old session is over: 9 s by default, and the start waits for it.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,

    // Small: a few topics of a few partitions beside everything else on two cores.
    'num.network.threads': 1,
    'num.io.threads': 2,
    'background.threads': 2,
    'num.recovery.threads.per.data.dir': 1,
    'log.cleaner.threads': 1,
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    'log.index.size.max.bytes': 1024 * 1024,
    ...(all.length > 1 ? CLUSTER_TIMEOUTS : {}),
    ...settings,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${String(value)}\n`)
    .join('');
}
