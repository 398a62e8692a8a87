import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findRunningInstance, openDataDir } from '../../src/platform/runtime/data-dir';
import { startEmbeddedPostgres, stopOrphanPostgres } from '../../src/platform/runtime/embedded-postgres';
import { startKafka, stopOrphanKafka } from '../../src/platform/runtime/kafka-launcher';
import { prepareTemplate } from './template';

/** Shared with `npm start` and between runs, so Kafka's jars are fetched once. */
export const CACHE_DIR = resolve(__dirname, '../../.data/cache');

const NOT_SET_UP = "No test cluster: jest's globalSetup (test/support/cluster-setup.cjs) has not run.";
const PREFIX = 'casetrail-test-';
const NESTED = 'data-';
const FRESH_MS = 60_000;

interface Stoppable {
  stop(): Promise<void>;
}

/** In globalSetup's process, where globalTeardown runs too. */
const servers: Stoppable[] = [];
let directory: string | undefined;

/**
 * jest's globalSetup: one PostgreSQL and one Kafka for the whole run, in a directory of its own that goes with it.
 * Workers learn of them by environment variables. CASETRAIL_TEST_DATABASE_URL and KAFKA_BROKERS lead to others.
 */
export async function startCluster(): Promise<void> {
  await sweepLeftovers();
  directory = mkdtempSync(join(tmpdir(), PREFIX));
  openDataDir(directory).acquire();
  process.env.CASETRAIL_TEST_DIRECTORY = directory;
  // jest does not run its teardown when it is interrupted, and the servers are in process groups of their own. Not
  // `once`: other libraries end the process at once when they find that nobody else listens.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupted());
  const started = await Promise.allSettled([startPostgres(directory), startOneKafka(directory)]);
  const failed = started.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stopCluster();
    throw failed.reason;
  }
  await prepareTemplate(adminDatabaseUrl());
}

async function interrupted(): Promise<void> {
  await stopCluster();
  process.exit(1);
}

export async function stopCluster(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  if (directory !== undefined) await clearAway(directory);
  directory = undefined;
}

/** The superuser's URL of the run's PostgreSQL. */
export function adminDatabaseUrl(): string {
  const url = process.env.CASETRAIL_TEST_DATABASE_URL;
  if (url === undefined) throw new Error(NOT_SET_UP);
  return url;
}

/** For a test with servers of its own; goes with the run's directory. */
export function temporaryDataDir(): string {
  const parent = process.env.CASETRAIL_TEST_DIRECTORY;
  if (parent === undefined) throw new Error(NOT_SET_UP);
  return mkdtempSync(join(parent, NESTED));
}

async function startPostgres(dataDir: string): Promise<void> {
  if (process.env.CASETRAIL_TEST_DATABASE_URL !== undefined) return;
  // Several workers, each with the pools of several apps.
  const postgres = await startEmbeddedPostgres({ dataDir, log: tell, settings: { max_connections: '400' } });
  servers.push(postgres);
  process.env.CASETRAIL_TEST_DATABASE_URL = postgres.adminUrl;
}

async function startOneKafka(dataDir: string): Promise<void> {
  const given = process.env.KAFKA_BROKERS;
  if (given !== undefined && given !== '') {
    process.env.CASETRAIL_TEST_KAFKA = given;
    return;
  }
  const kafka = await startKafka({ dataDir, cacheDir: CACHE_DIR, log: tell });
  if (kafka.available) {
    servers.push(kafka);
    process.env.CASETRAIL_TEST_KAFKA = kafka.brokers.join(',');
  } else {
    process.env.CASETRAIL_TEST_KAFKA_MISSING = kafka.reason;
    tell(`The Kafka suites are skipped: ${kafka.reason}.`);
  }
}

/** Servers and files of runs that were killed with -9. */
async function sweepLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const leftover = join(tmpdir(), name);
    const age = Date.now() - (statSync(leftover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    // A run that starts beside this one has its directory a moment before its lock.
    if (age < FRESH_MS || findRunningInstance(leftover) !== undefined) continue;
    await clearAway(leftover);
  }
}

/** Also what tests of this run left alive in data directories of their own. */
async function clearAway(run: string): Promise<void> {
  const nested = readdirSync(run).filter((entry) => entry.startsWith(NESTED));
  for (const dataDir of [...nested.map((entry) => join(run, entry)), run]) {
    await Promise.all([stopOrphanPostgres(dataDir, tell), stopOrphanKafka(dataDir, tell)]);
    removeDirectory(dataDir);
  }
}

export function removeDirectory(path: string): void {
  const database = join(path, 'postgres');
  // As root below a closed directory the database lies elsewhere, behind a link.
  if (statSync(database, { throwIfNoEntry: false }) !== undefined)
    rmSync(realpathSync(database), { recursive: true, force: true });
  rmSync(path, { recursive: true, force: true });
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
