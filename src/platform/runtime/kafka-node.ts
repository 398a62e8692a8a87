import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { pause } from '../../kernel/backoff';
import { readJsonIfThere, replaceFile } from './files';
import { type KafkaSettings, serverProperties, type NodeAddress } from './kafka-config';
import { commandLineOf, endProcess, isAlive, type ProcessIdentity, type StopStep } from './processes';
import { ServerProcess } from './server-process';
import { diskFullLine, startupError, storageError, type Log } from './startup-error';

export interface NodePlan {
  readonly address: NodeAddress;
  readonly all: readonly NodeAddress[];
  readonly settings: KafkaSettings;
  readonly formatOptions: readonly string[];
  readonly clusterId: string;
  readonly directory: string;
  readonly logFile: string;
  readonly java: string;
  readonly classPath: string;
  /** Loaded classes of this JVM and class path, made by the first ordered stop; halves the time of every later start. */
  readonly classArchive: string;
}

const SECOND = 1000;
const READY_DEADLINE_MS = 90 * SECOND;
const READY_POLL_MS = 40;

const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGTERM', graceMs: 15 * SECOND },
  { signal: 'SIGKILL', graceMs: 5 * SECOND },
];
const KILL_STEPS: readonly StopStep[] = [{ signal: 'SIGKILL', graceMs: 5 * SECOND }];

/** A broker of a few topics lives in 256 MB; the serial collector and the first compiler alone start fastest and stay small. */
const JVM = [
  '-Xms64m',
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-XX:+ExitOnOutOfMemoryError',
  '-Xlog:disable',
  '-Xlog:all=error:stderr',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

/** The broker of a killed run would hold its ports and the directory's lock, and answer with that run's addresses. */
export async function stopOrphanNode(directory: string, log: Log): Promise<void> {
  const orphan = readJsonIfThere(pidFileIn(directory)) as ProcessIdentity | undefined;
  if (orphan === undefined || !isAlive(orphan) || !commandLineOf(orphan.pid).includes('kafka.Kafka')) return;
  log('Stopping the Kafka that an earlier run left behind.');
  if (await endProcess(orphan, STOP_STEPS)) return;
  throw startupError(
    'dependency_unavailable',
    `A Kafka of an earlier run (process ${orphan.pid}) cannot be stopped.`,
  );
}

function pidFileIn(directory: string): string {
  return join(directory, 'process.json');
}

/** One broker and controller with its own directory, so a test may kill it and start it again. */
export class KafkaNode {
  private server: ServerProcess | undefined;
  private stopping = false;
  private archiveBeside: string | undefined;

  constructor(
    private readonly plan: NodePlan,
    private readonly onUnexpectedExit: (line: string) => void,
  ) {}

  get id(): number {
    return this.plan.address.id;
  }

  get port(): number {
    return this.plan.address.port;
  }

  get pid(): number | undefined {
    return this.server?.running === true ? this.server.identity?.pid : undefined;
  }

  async start(): Promise<void> {
    await this.launch();
    await this.ready();
  }

  /** Starts the process; nodes of a cluster need each other to become ready, so that is waited for apart. */
  async launch(): Promise<void> {
    if (this.server?.running === true) return;
    try {
      mkdirSync(this.plan.directory, { recursive: true, mode: 0o700 });
      const { address, all, settings } = this.plan;
      replaceFile(this.propertiesFile, serverProperties(address, all, this.storage, settings));
      if (!existsSync(join(this.storage, 'meta.properties'))) await this.format();
      this.spawnServer();
    } catch (error) {
      throw storageError(error, this.plan.directory);
    }
  }

  /** Ready is a real answer of this broker that names it as a member of the cluster. */
  async ready(): Promise<void> {
    const server = this.server;
    const deadline = performance.now() + READY_DEADLINE_MS;
    while (server?.running === true) {
      if (await this.answers()) return;
      if (performance.now() > deadline) break;
      await pause(READY_POLL_MS);
    }
    const failure = server?.output() ?? '';
    await this.kill();
    throw this.startError(failure);
  }

  async stop(): Promise<void> {
    await this.end(STOP_STEPS);
    if (this.archiveBeside !== undefined && existsSync(this.archiveBeside))
      renameSync(this.archiveBeside, this.plan.classArchive);
    this.archiveBeside = undefined;
  }

  async kill(): Promise<void> {
    await this.end(KILL_STEPS);
    if (this.archiveBeside !== undefined) rmSync(this.archiveBeside, { force: true });
  }

  private get storage(): string {
    return join(this.plan.directory, 'data');
  }

  private get propertiesFile(): string {
    return join(this.plan.directory, 'server.properties');
  }

  private get pidFile(): string {
    return pidFileIn(this.plan.directory);
  }

  private async end(steps: readonly StopStep[]): Promise<void> {
    this.stopping = true;
    await this.server?.stop(steps);
    rmSync(this.pidFile, { force: true });
  }

  private async format(): Promise<void> {
    const { java, classPath, clusterId, formatOptions } = this.plan;
    const args = [
      'format',
      '-t',
      clusterId,
      '-c',
      this.propertiesFile,
      '--ignore-formatted',
      ...formatOptions,
    ];
    try {
      await promisify(execFile)(java, [...JVM, '-cp', classPath, 'kafka.tools.StorageTool', ...args]);
    } catch (error) {
      throw this.startError(stderrOf(error));
    }
  }

  private spawnServer(): void {
    const { java, classPath, classArchive, directory, logFile, address } = this.plan;
    const archived = existsSync(classArchive);
    this.archiveBeside = archived || address.id !== 1 ? undefined : `${classArchive}.${process.pid}.tmp`;
    const sharing = archived ? [`-XX:SharedArchiveFile=${classArchive}`] : [];
    const recording =
      this.archiveBeside === undefined ? [] : [`-XX:ArchiveClassesAtExit=${this.archiveBeside}`];
    const server = new ServerProcess({
      command: java,
      args: [...JVM, ...sharing, ...recording, '-cp', classPath, 'kafka.Kafka', this.propertiesFile],
      logFile,
      cwd: directory,
      stopSignal: 'SIGTERM',
    });
    this.server = server;
    this.stopping = false;
    if (server.identity !== undefined) replaceFile(this.pidFile, JSON.stringify(server.identity));
    void server.exited.then((how) => {
      if (!this.stopping)
        this.onUnexpectedExit(`Kafka node ${this.id} ended by itself (${how}); see ${logFile}.`);
    });
  }

  private async answers(): Promise<boolean> {
    const admin = new Kafka({
      brokers: [`127.0.0.1:${this.port}`],
      logLevel: logLevel.NOTHING,
      connectionTimeout: 2 * SECOND,
      retry: { retries: 0 },
    }).admin();
    try {
      await admin.connect();
      const { brokers } = await admin.describeCluster();
      return brokers.some(({ nodeId }) => nodeId === this.id);
    } catch {
      return false;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  private startError(output: string): Error {
    if (/No space left on device|Disk quota exceeded/.test(output)) {
      return startupError('storage_unavailable', diskFullLine(this.plan.directory));
    }
    const reason = /(?:ERROR|FATAL|Exception|Error).{0,300}/.exec(output)?.[0] ?? 'no answer in time';
    return startupError(
      'dependency_unavailable',
      `Kafka did not start: ${reason} (log: ${this.plan.logFile})`,
      new Error(output),
    );
  }
}

/** Without it the failure is the whole command, class path and all. */
function stderrOf(thrown: unknown): string {
  const failure = thrown as { stderr?: unknown; message?: unknown };
  return typeof failure.stderr === 'string' && failure.stderr !== ''
    ? failure.stderr
    : String(failure.message);
}
