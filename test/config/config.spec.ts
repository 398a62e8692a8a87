import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, VARIABLES } from '../../src/config/config';

describe('configuration', () => {
  test('works without any, closed by default', () => {
    const config = loadConfig({});
    expect(config.http).toEqual({
      host: '127.0.0.1',
      port: 3000,
      trustedProxies: [],
      requireHttps: false,
      tls: undefined,
      overloadLoopDelayMs: 1000,
    });
    expect(config).toMatchObject({
      dataDir: '.data',
      lanes: 8,
      kafka: { enabled: true, topicPrefix: 'casetrail.' },
    });
    expect([...config.roles]).toEqual(['ingress', 'projector', 'relay']);
  });

  test('reads lists, and takes an empty variable for none', () => {
    const config = loadConfig({ KAFKA_BROKERS: 'a:9092, b:9093', ROLES: 'ingress', DATABASE_URL: '' });
    expect(config.kafka.brokers).toEqual(['a:9092', 'b:9093']);
    expect([...config.roles]).toEqual(['ingress']);
    expect(config.database.url).toBeUndefined();
  });

  test('is explained in .env.example, variable by variable, with values that are taken', () => {
    const text = readFileSync(join(__dirname, '../../.env.example'), 'utf8');
    const explained = [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(
      (line) => [line[1] ?? '', line[2] ?? ''] as const,
    );
    const ofCompose = ['POSTGRES_PASSWORD'];
    expect(
      explained
        .map(([name]) => name)
        .filter((name) => !ofCompose.includes(name))
        .sort(),
    ).toEqual([...VARIABLES].sort());
    expect(loadConfig(Object.fromEntries(explained))).toEqual(loadConfig({}));
  });

  test('lists every mistake at once', () => {
    const wrong = {
      PORT: 'x',
      LANES: '0',
      DATABASE_URL: 'mysql://h/d',
      KAFKA_BROKERS: 'nope',
      ROLES: 'cook',
    };
    const message = messageOf(() => loadConfig(wrong));
    for (const name of Object.keys(wrong)) expect(message).toContain(name);
  });

  test('never repeats a secret in a complaint', () => {
    const message = messageOf(() => loadConfig({ SECRETS_KEY: 'hunter2', ADMIN_TOKEN: 'swordfish' }));
    expect(message).not.toMatch(/hunter2|swordfish/);
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected a complaint');
}
