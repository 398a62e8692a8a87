import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Command } from 'commander';
import { APP_ROLE } from '../app-services';
import { type Config, loadConfig } from '../config/config';
import { pause } from '../kernel/backoff';
import { asError } from '../kernel/errors';
import { type RunningApp, runApp } from '../main';
import { migrate } from '../platform/postgres/migrate';
import { openDataDir, type DataDir } from '../platform/runtime/data-dir';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../platform/runtime/embedded-postgres';
import { startKafka } from '../platform/runtime/kafka-launcher';
import { analystUrl, greet } from './greeting';
import { nodeSecretsKey } from './secrets-key';
import { print, report, say, sayWaiting } from './terminal';

interface Stoppable {
  readonly name: string;
  stop(): Promise<void>;
}

export function startCommand(): Command {
  return new Command('start')
    .description('Run casetrail, with an embedded PostgreSQL and Kafka where none are given.')
    .action(async () => {
      await new Start(loadConfig()).run();
    });
}

/** SIGHUP: the terminal was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** For each part: longer than the graces that it gives by itself. */
const STOP_WITHIN_MS = 60_000;

/**
 * Starts in order, stops in reverse order, whatever the moment at which it is told to stop: the step of the start that is
 * under way is finished, nothing further is begun, and all of it is stopped. Told again, it still tells every part, and
 * waits for none.
 */
class Start {
  readonly #started: Stoppable[] = [];
  readonly #told = new AbortController();
  readonly #impatient = new AbortController();
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(private readonly config: Config) {}

  async run(): Promise<void> {
    this.#starting = this.#start();
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (this.#told.signal.aborted) this.#hurry();
        else void this.#end();
      });
    }
    process.on('uncaughtException', (thrown) => {
      report(thrown);
      this.#endFailed();
    });
    try {
      await this.#starting;
    } catch (thrown) {
      if (this.#told.signal.aborted) return;
      process.exitCode = 1;
      await this.#stop();
      throw thrown;
    }
  }

  async #start(): Promise<void> {
    const { config } = this;
    const dataDir = openDataDir(config.dataDir);
    const lock = dataDir.acquire();
    this.#started.push({
      name: 'lock',
      stop: () => {
        lock.release();
        return Promise.resolve();
      },
    });
    const postgres = config.database.url === undefined ? await this.#embeddedPostgres(dataDir) : undefined;
    const databaseUrl = postgres?.url ?? config.database.url ?? '';
    const ran = await migrate({
      url: config.database.directUrl ?? databaseUrl,
      lanes: config.lanes,
      onWait: sayWaiting,
      signal: this.#told.signal,
    });
    say(ran.length === 0 ? 'Schema is up to date.' : `Schema: ${ran.length} migrations applied.`);
    const secretsKey = await nodeSecretsKey(config, databaseUrl);
    this.#goOn();
    const kafkaBrokers = await this.#kafka(dataDir);
    this.#goOn();
    const adminToken = config.adminToken ?? dataDir.secret('admin-token', newAdminToken);
    const app = await this.#app({ databaseUrl, kafkaBrokers, secretsKey, adminToken });
    lock.publish({ url: app.url, databaseUrl, ...(kafkaBrokers === null ? {} : { kafkaBrokers }) });
    this.#goOn();
    print(`casetrail ready on ${app.url}`);
    if (postgres === undefined) return;
    try {
      const analyst = await analystUrl(postgres.url, dataDir);
      await greet({
        config,
        dataDir,
        url: app.url,
        kafkaBrokers,
        databaseUrl,
        secretsKey,
        analystUrl: analyst,
      });
    } catch (thrown) {
      // The node works without it.
      say(`There is nothing to try it with: ${asError(thrown).message}`);
    }
  }

  #goOn(): void {
    this.#told.signal.throwIfAborted();
  }

  async #embeddedPostgres(dataDir: DataDir): Promise<EmbeddedPostgres> {
    say('Starting PostgreSQL …');
    const postgres = await startEmbeddedPostgres({ dataDir: dataDir.path, log: say, database: 'casetrail' });
    this.#started.push({ name: 'PostgreSQL', stop: () => postgres.stop() });
    void postgres.unexpectedExit.then((line) => this.#died(line));
    this.#goOn();
    return postgres;
  }

  /** Null: events wait in Postgres. */
  async #kafka(dataDir: DataDir): Promise<readonly string[] | null> {
    if (!this.config.kafka.enabled) {
      say('Kafka is off (KAFKA=off): events wait in Postgres.');
      return null;
    }
    if (this.config.kafka.brokers !== undefined) return this.config.kafka.brokers;
    say('Starting Kafka …');
    const kafka = await startKafka({ dataDir: dataDir.path, log: say });
    if (!kafka.available) {
      say(`No Kafka: ${kafka.reason}. Events wait in Postgres until KAFKA_BROKERS is set.`);
      return null;
    }
    this.#started.push({ name: 'Kafka', stop: () => kafka.stop() });
    // casetrail goes on without it: events wait in Postgres.
    void kafka.unexpectedExit.then((line) => {
      if (this.#stopping === undefined) say(line);
    });
    return kafka.brokers;
  }

  async #app(found: {
    databaseUrl: string;
    kafkaBrokers: readonly string[] | null;
    secretsKey: string;
    adminToken: string;
  }): Promise<RunningApp> {
    const { directUrl } = this.config.database;
    const app = await runApp(this.config, {
      ...found,
      // Behind a pooler (which is why there is a direct URL) the login of DATABASE_URL must have the role's rights itself.
      ...(directUrl === undefined ? { databaseRole: APP_ROLE } : {}),
    });
    this.#started.push({ name: 'casetrail', stop: () => app.close() });
    return app;
  }

  #died(line: string): void {
    if (this.#stopping !== undefined) return;
    say(line);
    this.#endFailed();
  }

  #endFailed(): void {
    process.exitCode = 1;
    if (!this.#told.signal.aborted) void this.#end();
  }

  #hurry(): void {
    process.exitCode = 1;
    this.#impatient.abort();
  }

  /** What a step of the start under way has begun is stopped with the rest. */
  async #end(): Promise<void> {
    this.#told.abort();
    await Promise.race([this.#starting?.catch(() => undefined), once(this.#impatient.signal, 'abort')]);
    await this.#stop();
    process.exit();
  }

  #stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (let part = this.#started.pop(); part !== undefined; part = this.#started.pop()) {
      if (part.name !== 'lock') say(`Stopping ${part.name} …`);
      const stopped = part.stop().catch((thrown: unknown) => say(`${part.name}: ${String(thrown)}`));
      await Promise.race([stopped, pause(STOP_WITHIN_MS, this.#impatient.signal)]);
    }
  }
}

function newAdminToken(): string {
  return `ct_${randomBytes(24).toString('base64url')}`;
}
