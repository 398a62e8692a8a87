import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { readJsonIfThere, readTextIfThere, replaceFile } from './files';
import { hasMaven } from './java';
import { identityOf } from './processes';
import { storageError, type Log } from './startup-error';
import { KAFKA_VERSION } from './versions';

export interface DownloadProgress {
  readonly files: number;
  readonly bytes: number;
}

export interface KafkaJarsOptions {
  readonly cacheDir: string;
  readonly log: Log;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

export type KafkaJars =
  | { readonly found: true; readonly directory: string; readonly classPath: string }
  | { readonly found: false; readonly reason: string };

interface Manifest {
  readonly pom: string;
  readonly sizes: Readonly<Record<string, number>>;
}

const POM = resolve(__dirname, '../../../kafka/pom.xml');
const MANIFEST = 'manifest.json';
const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** Kafka's jars in `<cache dir>/kafka-<version>`, fetched by Maven once. Complete or not there: it appears by a rename. */
export async function kafkaJars(options: KafkaJarsOptions): Promise<KafkaJars> {
  const directory = join(resolve(options.cacheDir), `kafka-${KAFKA_VERSION}`);
  const project = readTextIfThere(POM);
  if (project === undefined) return { found: false, reason: `${POM} is missing` };
  const pom = createHash('sha256').update(project).digest('hex');
  if (!isComplete(directory, pom)) {
    if (!(await hasMaven()))
      return { found: false, reason: 'Maven was not found, which fetches Apache Kafka' };
    const failure = await fetchInto(directory, pom, options);
    if (failure !== undefined)
      return { found: false, reason: `Apache Kafka ${KAFKA_VERSION} could not be fetched: ${failure}` };
  }
  return {
    found: true,
    directory,
    classPath: jarsOf(directory)
      .map((jar) => join(directory, jar))
      .join(delimiter),
  };
}

/** Sizes are compared, so a file that a crash of the machine cut off is fetched again. */
function isComplete(directory: string, pom: string): boolean {
  const manifest = readJsonIfThere(join(directory, MANIFEST)) as Manifest | undefined;
  if (manifest?.pom !== pom) return false;
  return Object.entries(manifest.sizes).every(
    ([jar, size]) => statSync(join(directory, jar), { throwIfNoEntry: false })?.size === size,
  );
}

/** Sorted: the archive of loaded classes is valid only for the same class path. */
function jarsOf(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.jar'))
    .sort();
}

async function fetchInto(
  directory: string,
  pom: string,
  options: KafkaJarsOptions,
): Promise<string | undefined> {
  const beside = `${directory}.${process.pid}.tmp`;
  try {
    removeLeftovers(options.cacheDir);
    mkdirSync(beside, { recursive: true });
    options.log(`Fetching Apache Kafka ${KAFKA_VERSION} (about 45 MB, once) with Maven.`);
    const failure = await copyDependencies(beside, options.onProgress);
    if (failure !== undefined) return failure;
    const sizes = Object.fromEntries(jarsOf(beside).map((jar) => [jar, statSync(join(beside, jar)).size]));
    replaceFile(join(beside, MANIFEST), JSON.stringify({ pom, sizes } satisfies Manifest));
    // Another start may have been faster; its jars are as good as ours.
    if (isComplete(directory, pom)) return undefined;
    rmSync(directory, { recursive: true, force: true });
    renameSync(beside, directory);
    return undefined;
  } catch (error) {
    if (isComplete(directory, pom)) return undefined;
    throw storageError(error, options.cacheDir);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** What killed downloads left; a living one is let be. */
function removeLeftovers(cacheDir: string): void {
  if (!existsSync(cacheDir)) return;
  for (const name of readdirSync(cacheDir)) {
    const owner = /\.(\d+)\.tmp$/.exec(name)?.[1];
    if (owner !== undefined && identityOf(Number(owner)) === undefined) {
      rmSync(join(cacheDir, name), { recursive: true, force: true });
    }
  }
}

function copyDependencies(
  target: string,
  onProgress?: (progress: DownloadProgress) => void,
): Promise<string | undefined> {
  const args = ['-B', '-f', POM, 'dependency:copy-dependencies'];
  const child = spawn('mvn', [...args, `-DoutputDirectory=${target}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [files, bytes, failure] = [0, 0, ''];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const size = /Downloaded from .*\.jar \(([\d.]+) (B|kB|MB|GB)/.exec(line);
    if (size !== null) {
      files += 1;
      bytes += Number(size[1]) * (UNITS[size[2] ?? ''] ?? 0);
      onProgress?.({ files, bytes });
    }
    // The first error says what is wrong; the rest is advice on Maven's options.
    if (failure === '')
      failure =
        /^\[ERROR\] (?:Failed to execute goal .*?: )?(.+?)(?: -> \[Help \d\])?$/.exec(line)?.[1] ?? '';
  });
  return new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code) =>
      done(code === 0 ? undefined : failure || `Maven ended with exit code ${code ?? 'unknown'}`),
    );
  });
}
