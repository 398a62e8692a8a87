import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { postgresBinaries } from '../../src/platform/runtime/postgres-binaries';
import { KAFKA_VERSION, POSTGRES_MAJOR, POSTGRES_VERSION } from '../../src/platform/runtime/versions';

const ROOT = join(__dirname, '../..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

interface ComposeFile {
  readonly services: Readonly<
    Record<string, { readonly image?: string; readonly ports?: readonly string[] }>
  >;
}

const compose = parse(read('docker-compose.yml')) as ComposeFile;

describe('the servers that casetrail brings along', () => {
  test('PostgreSQL has one version in the code, in the installed binaries and in docker-compose.yml', () => {
    const { postgres } = postgresBinaries(undefined, () => undefined);
    expect(execFileSync(postgres, ['--version'], { encoding: 'utf8' }).trim()).toBe(
      `postgres (PostgreSQL) ${POSTGRES_VERSION}`,
    );
    expect(POSTGRES_VERSION.split('.')[0]).toBe(POSTGRES_MAJOR);
    expect(compose.services.postgres?.image).toBe(`postgres:${POSTGRES_VERSION}`);
  });

  test('Kafka has one version in the code, in kafka/pom.xml and in docker-compose.yml', () => {
    expect(/<kafka\.version>(.*)<\/kafka\.version>/.exec(read('kafka/pom.xml'))?.[1]).toBe(KAFKA_VERSION);
    expect(compose.services.kafka?.image).toBe(`apache/kafka:${KAFKA_VERSION}`);
  });

  test('every port in docker-compose.yml is published on the loopback address only', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});
