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

  test('takes no second way to a database without the first', () => {
    const url = 'postgres://u@h/d';
    for (const name of ['DATABASE_DIRECT_URL', 'DATABASE_READ_URL']) {
      expect(messageOf(() => loadConfig({ [name]: url }))).toContain(`${name}: needs DATABASE_URL`);
      loadConfig({ [name]: url, DATABASE_URL: url });
    }
  });

  test('takes a login and TLS for Kafka; a file switches TLS on', () => {
    const login = {
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'p',
    };
    expect(loadConfig({ ...login, KAFKA_TLS_CA: '/ca.pem' }).kafka.access).toEqual({
      clientId: 'casetrail',
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
      tls: { ca: '/ca.pem' },
    });
    expect(loadConfig({ KAFKA_TLS: 'true' }).kafka.access.tls).toEqual({});
    expect(loadConfig({}).kafka.access).toEqual({ clientId: 'casetrail' });
  });

  test.each([
    [
      { KAFKA_SASL_USERNAME: 'u' },
      'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD go together',
    ],
    [{ KAFKA_SASL_MECHANISM: 'kerberos' }, 'KAFKA_SASL_MECHANISM'],
    [{ KAFKA_TLS_CERT: '/c.pem' }, 'KAFKA_TLS_CERT and KAFKA_TLS_KEY go together'],
    [{ KAFKA_TLS: 'off', KAFKA_TLS_CA: '/ca.pem' }, 'KAFKA_TLS: is off, but files for TLS are given'],
  ])('refuses %p, half of what belongs together', (given, expected) => {
    expect(messageOf(() => loadConfig(given))).toContain(expected);
  });

  test('never repeats a secret in a complaint', () => {
    const message = messageOf(() =>
      loadConfig({ SECRETS_KEY: 'hunter2', ADMIN_TOKEN: 'swordfish', KAFKA_SASL_PASSWORD: 'open sesame' }),
    );
    expect(message).not.toMatch(/hunter2|swordfish|sesame/);
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
