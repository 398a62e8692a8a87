import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { type DataSource } from 'typeorm';
import { FollowerMetrics } from './admin/follower-metrics';
import { TokenRow } from './admin/token.entity';
import { TokenService } from './admin/token-service';
import { type Config } from './config/config';
import { FollowerRunner } from './followers/follower-runner';
import { type LaneFollower } from './followers/lane-follower';
import { Projections } from './followers/projections/projections';
import { SharedWakeups } from './followers/shared-wakeups';
import { WebhookDoor } from './ingress/door/webhook-door';
import { HeldReplay } from './ingress/held/held-replay';
import { IngressMetrics } from './ingress/ingress-metrics';
import { DeliveryJournal } from './ingress/journal/delivery-journal';
import { Housekeeping } from './ingress/journal/housekeeping';
import { IngressCounters } from './ingress/journal/ingress-counters';
import { Warnings } from './ingress/journal/warnings';
import { QuarantineService } from './ingress/quarantine/quarantine-service';
import { WebhookReceiver } from './ingress/receive';
import { SourceKeyRow, SourceRow, SourceTokenRow } from './ingress/sources/source.entity';
import { SourceRegistry } from './ingress/sources/source-registry';
import { SourceService } from './ingress/sources/source-service';
import { CasetrailError } from './kernel/errors';
import { SecretBox } from './kernel/secret-box';
import { Ledger } from './ledger/ledger';
import { AddressRanges, isRange } from './platform/http/client-address';
import { type Readiness } from './platform/http/health.controller';
import { LoopDelay } from './platform/http/loop-delay';
import { DatabaseMetrics } from './platform/http/metrics/database-metrics';
import { type MetricSource } from './platform/http/metrics/metric';
import { ProcessMetrics } from './platform/http/metrics/process-metrics';
import { type Database } from './platform/postgres/database';
import { listen } from './platform/postgres/listen';
import { kafkaConnection } from './platform/kafka/kafka-connection';
import { KafkaTopic } from './platform/kafka/kafka-topic';
import { openOrm } from './platform/postgres/orm';
import { openPools, type Pools } from './pools';
import { allProjections } from './projections';
import { type TopicKind, topicKinds, topicName } from './relay/relay-topic';
import { TopicRelay } from './relay/topic-relay';
import { hoursKeeper } from './sla/hours-keeper';
import { SlaConfigStore } from './sla/sla-config-store';

const QUEUE_BYTES_MAX = 64 * 1024 * 1024;
/** The role whose grants bind what the app does in the database. */
export const APP_ROLE = 'casetrail_app';

/** What the app needs beside its configuration: servers that run, secrets that were made. */
export interface Surroundings {
  readonly databaseUrl: string;
  /** Undefined where the login itself is the app's role. */
  readonly databaseRole?: typeof APP_ROLE;
  readonly kafkaBrokers: readonly string[] | null;
  readonly secretsKey: string;
  readonly adminToken: string;
}

export const ORM_ENTITIES = [SourceRow, SourceKeyRow, SourceTokenRow, TokenRow];

/** The parts of one node, made in order and stopped in order. Nest hands them to the edges. */
export class AppServices implements Readiness {
  draining = false;
  readonly ledger: Ledger;
  readonly receiver: WebhookReceiver;
  readonly door: WebhookDoor;
  readonly quarantine: QuarantineService;
  readonly sources: SourceService;
  readonly tokens: TokenService;
  /** Whoever has figures to show stands here. */
  readonly metricSources: readonly MetricSource[];
  readonly #registry: SourceRegistry;
  readonly #journal: DeliveryJournal;
  readonly #loopDelay = new LoopDelay();
  readonly #chores: readonly { start(): void; stop(): Promise<void> }[];
  readonly #wakeups: SharedWakeups;
  readonly #followers: readonly FollowerRunner[];
  readonly #topics: readonly { readonly kind: TopicKind; readonly topic: KafkaTopic }[];

  readonly db: Database;
  readonly reads: Database;

  private constructor(
    private readonly pools: Pools,
    private readonly orm: DataSource,
    config: Config,
    surroundings: Surroundings,
  ) {
    const db = (this.db = pools.requests);
    const { reads, batches, leases } = pools;
    this.reads = reads;
    const node = randomUUID();
    const wakeups = (this.#wakeups = sharedWakeups(node, pools, config, surroundings));
    this.ledger = new Ledger(db, {
      lanes: config.lanes,
      batchMax: config.append.batchMax,
      queueMax: config.append.queueMax,
      queueBytesMax: QUEUE_BYTES_MAX,
      clock: Date.now,
      log: logOf('ledger'),
      onAppended: (lanes, withRefusals) => wakeups.wake(lanes, withRefusals),
    });
    const secrets = new SecretBox(surroundings.secretsKey);
    const log = logOf('ingress');
    this.#registry = new SourceRegistry(db, secrets, logOf('sources'));
    this.sources = new SourceService(orm, secrets);
    this.#journal = new DeliveryJournal({ db, log });
    const counters = new IngressCounters();
    const warnings = new Warnings(counters, log);
    this.receiver = new WebhookReceiver({ db, ledger: this.ledger, journal: this.#journal, warnings, log });
    this.door = new WebhookDoor({
      sources: this.#registry,
      receiver: this.receiver,
      journal: this.#journal,
      counters,
      trustedProxies: new AddressRanges(trustedProxies(config)),
      requireHttps: config.http.requireHttps,
      load: () => this.#load(config.http.overloadLoopDelayMs),
      log,
    });
    this.quarantine = new QuarantineService({ db, sources: this.#registry, receiver: this.receiver });
    const ofIngress = config.roles.has('ingress')
      ? [
          this.#journal,
          new HeldReplay({ db, sources: this.#registry, receiver: this.receiver, log }).chore,
          new Housekeeping({
            db,
            sources: this.#registry,
            warnings,
            retentionDays: config.deliveryRetentionDays,
            certificateFiles: certificateFiles(config),
            clock: Date.now,
            log,
          }).chore,
        ]
      : [];
    const ofProjector = config.roles.has('projector') ? [hoursKeeper(db, logOf('sla'))] : [];
    this.#chores = [...ofIngress, ...ofProjector];
    this.metricSources = [
      new ProcessMetrics(this.#loopDelay),
      new DatabaseMetrics({ requests: db, ...(reads === db ? {} : { reads }), batches, leases }),
      this.ledger,
      new IngressMetrics({ db, counters, journal: this.#journal, sources: this.#registry }),
      new FollowerMetrics(db),
    ];
    this.tokens = new TokenService(orm, surroundings.adminToken, Date.now);
    this.#topics = config.roles.has('relay') ? topicsOf(config, surroundings.kafkaBrokers) : [];
    const slaConfig = new SlaConfigStore(pools.batches, () => performance.now());
    const followers: LaneFollower[] = [
      ...(config.roles.has('projector')
        ? [new Projections(pools.batches, allProjections(slaConfig, this.ledger))]
        : []),
      ...this.#topics.map(
        ({ kind, topic }) =>
          new TopicRelay({
            db: pools.batches,
            kind,
            topic,
            personalData: config.kafka.personalData,
            log: logOf('relay'),
          }),
      ),
    ];
    this.#followers = followers.map(
      (follower) =>
        new FollowerRunner(follower, { db: pools.leases, node, wakeups, log: logOf('followers') }),
    );
  }

  static async open(config: Config, surroundings: Surroundings): Promise<AppServices> {
    const access = { url: surroundings.databaseUrl, role: surroundings.databaseRole };
    const pools = openPools(access, config);
    try {
      const orm = await openOrm({ ...access, entities: ORM_ENTITIES });
      const services = new AppServices(pools, orm, config, surroundings);
      await services.#registry.start();
      for (const chore of services.#chores) chore.start();
      services.#wakeups.start();
      for (const follower of services.#followers) follower.start();
      return services;
    } catch (thrown) {
      await pools.close();
      throw thrown;
    }
  }

  async databaseAnswers(): Promise<boolean> {
    try {
      await this.db.query({ name: 'ready', text: 'SELECT 1' });
      return true;
    } catch {
      return false;
    }
  }

  #load(loopDelayMaxMs: number): 'draining' | 'overloaded' | null {
    if (this.draining) return 'draining';
    return this.ledger.overloaded || this.#loopDelay.ms > loopDelayMaxMs ? 'overloaded' : null;
  }

  /** After the last request was answered: finish appends, stop followers, close pools. */
  async close(graceMs: number): Promise<void> {
    await this.ledger.close(graceMs);
    await Promise.all(this.#chores.map((chore) => chore.stop()));
    this.#loopDelay.stop();
    await Promise.all(this.#followers.map((follower) => follower.stop()));
    await this.#wakeups.stop();
    await Promise.all(this.#topics.map(({ topic }) => topic.close()));
    this.#registry.stop();
    await this.orm.destroy();
    await this.pools.close();
  }
}

/** Hears other nodes' wake-ups where something follows the log here. */
function sharedWakeups(
  node: string,
  pools: Pools,
  { roles, database }: Config,
  { databaseUrl }: Surroundings,
): SharedWakeups {
  const follows = roles.has('projector') || roles.has('relay');
  const url = database.directUrl ?? databaseUrl;
  return new SharedWakeups({
    db: pools.leases,
    node,
    listen: follows ? (channel, hear) => listen({ url, channel, hear, log: logOf('followers') }) : null,
  });
}

function certificateFiles({ http: { tls } }: Config): readonly string[] {
  return tls === undefined ? [] : [tls.cert, ...(tls.clientCa === undefined ? [] : [tls.clientCa])];
}

function trustedProxies({ http }: Config): readonly string[] {
  const wrong = http.trustedProxies.filter((item) => !isRange(item));
  if (wrong.length === 0) return http.trustedProxies;
  const message = `TRUSTED_PROXIES: ${wrong.join(', ')}: expected IP addresses or CIDR ranges.`;
  throw new CasetrailError('config_invalid', message);
}

function topicsOf(
  config: Config,
  brokers: readonly string[] | null,
): { kind: TopicKind; topic: KafkaTopic }[] {
  if (brokers === null) return [];
  const kafka = kafkaConnection({ brokers, log: logOf('kafka'), access: config.kafka.access });
  return topicKinds.map((kind) => {
    const name = topicName(config.kafka.topicPrefix, kind);
    const spec = { name, partitions: config.lanes };
    return { kind, topic: new KafkaTopic(kafka, spec, config.kafka.compression) };
  });
}

function logOf(context: string): (message: string) => void {
  const logger = new Logger(context);
  return (message) => logger.warn(message);
}
