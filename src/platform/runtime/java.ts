import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { JAVA_MAJOR_MIN } from './versions';

export type JavaSearch =
  | { readonly found: true; readonly command: string; readonly version: string }
  | { readonly found: false; readonly reason: string };

const run = promisify(execFile);
const ANSWER_WITHIN_MS = 20_000;

/** The Java of `javaHome`, else the one on PATH; `version` is exact enough to key what only this JVM can read. */
export async function findJava(javaHome?: string): Promise<JavaSearch> {
  const command = javaHome === undefined ? 'java' : join(javaHome, 'bin', 'java');
  const settings = await outputOf(command, ['-XshowSettings:properties', '-version']);
  const major = Number(/java\.specification\.version = (\d+)/.exec(settings)?.[1]);
  const version = /java\.vm\.version = (\S+)/.exec(settings)?.[1];
  if (version === undefined) return { found: false, reason: `Java ${JAVA_MAJOR_MIN} or newer was not found` };
  if (!(major >= JAVA_MAJOR_MIN)) {
    return {
      found: false,
      reason: `Java ${JAVA_MAJOR_MIN} or newer was not found (${command} is ${version})`,
    };
  }
  return { found: true, command, version };
}

export async function hasMaven(): Promise<boolean> {
  return /Apache Maven/.test(await outputOf('mvn', ['-B', '-version']));
}

/** Java writes its settings to stderr, Maven to stdout; a program that is not there says nothing. */
async function outputOf(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(command, args, { timeout: ANSWER_WITHIN_MS });
    return stdout + stderr;
  } catch {
    return '';
  }
}
