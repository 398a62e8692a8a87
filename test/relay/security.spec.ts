import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type KafkaAccess } from '../../src/config/kafka-access';
import { kafkaConnection } from '../../src/platform/kafka/kafka-connection';
import { KafkaTopic } from '../../src/platform/kafka/kafka-topic';
import { describeWithKafka } from '../support/kafka';
import { login, PASSWORD, type SecureKafka, startSecureKafka, tlsFile } from './support/secure-kafka';

const CA = { ca: tlsFile('ca.pem'), cert: undefined, key: undefined };
const ours = { ...CA, cert: tlsFile('client.pem'), key: tlsFile('client.key') };
const stranger = { ...CA, cert: tlsFile('stranger.pem'), key: tlsFile('stranger.key') };
const RECORD = { key: 'shop/1', value: '{}', headers: { ce_id: '1' }, timestamp: Date.UTC(2026, 10, 2) };

type Given = Partial<Pick<KafkaAccess, 'sasl' | 'tls'>>;

describeWithKafka('a Kafka that asks who is there', () => {
  let kafka: SecureKafka;
  const said: string[] = [];
  const opened: KafkaTopic[] = [];

  beforeAll(async () => {
    kafka = await startSecureKafka();
  }, 90_000);

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((topic) => topic.close()));
  });

  afterAll(() => kafka.stop());

  function topic(broker: string, { sasl, tls }: Given, name = `ours.${randomUUID()}`): KafkaTopic {
    const access = { clientId: 'relay-of-tests', sasl, tls };
    const connection = kafkaConnection({ brokers: [broker], log: (line) => said.push(line), access });
    const made = new KafkaTopic(connection, { name, partitions: 2 });
    opened.push(made);
    return made;
  }

  async function everything(of: KafkaTopic): Promise<void> {
    await of.ensure();
    await of.publish(1, [RECORD]);
    expect((await of.tailOf(1)).last?.headers).toEqual(RECORD.headers);
  }

  const failure = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'it went well',
      (thrown: unknown) => (thrown as Error).message,
    );

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'lets a login in by %s, over TLS and without',
    async (mechanism) => {
      await everything(topic(kafka.sasl, { sasl: login('relay', mechanism) }));
      await everything(topic(kafka.saslTls, { sasl: login('relay', mechanism), tls: CA }));
    },
  );

  it('lets a certificate of our own in', async () => {
    await everything(topic(kafka.mutualTls, { tls: ours }));
  });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'that refuses a wrong password by %s: the message says where to look, and not the password',
    async (mechanism) => {
      const wrong = topic(kafka.sasl, { sasl: login('relay', mechanism, 'hunter2-hunter2') });
      for (const message of [
        await failure(wrong.ensure()),
        await failure(wrong.publish(0, [RECORD])),
        await failure(wrong.tailOf(0)),
      ]) {
        expect(message).toContain('Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD');
      }
    },
  );

  it.each([
    ['without TLS, to a listener of TLS', 'saslTls', { sasl: login('relay') }, 'KAFKA_TLS'],
    ['with TLS, to a listener without', 'sasl', { sasl: login('relay'), tls: CA }, 'does not speak TLS'],
    ['without a login, to a listener of logins', 'sasl', {}, 'KAFKA_SASL_'],
    ['without our CA', 'saslTls', { sasl: login('relay'), tls: { ...CA, ca: undefined } }, 'KAFKA_TLS_CA'],
    ['without the certificate it wants', 'mutualTls', { tls: CA }, 'KAFKA_TLS_CERT'],
    ['with the certificate of a stranger', 'mutualTls', { tls: stranger }, 'KAFKA_TLS_CERT'],
  ] as const)('approached %s: the message names the setting', async (_, listener, given, expected) => {
    expect(await failure(topic(kafka[listener], given).ensure())).toContain(expected);
  });

  it('says which rights on a topic are missing', async () => {
    const rights =
      'needs the rights to DESCRIBE, READ and WRITE the topic, and to CREATE it unless it is there';
    expect(await failure(topic(kafka.sasl, { sasl: login('nobody') }).ensure())).toContain(rights);
    expect(await failure(topic(kafka.sasl, { sasl: login('reader') }).ensure())).toContain(rights);
    const made = topic(kafka.sasl, { sasl: login('maker') });
    await made.ensure();
    await topic(kafka.sasl, { sasl: login('relay') }, made.name).publish(0, [RECORD]);
    expect(await failure(made.tailOf(0))).toContain(rights);
    expect(await failure(made.publish(0, [RECORD]))).toContain('needs');
    expect(await failure(topic(kafka.sasl, { sasl: login('relay') }, 'theirs').ensure())).toContain(rights);
  });

  it('is not connected to at all when a file cannot be read', () => {
    expect(() => topic(kafka.saslTls, { tls: { ...CA, ca: '/nowhere/ca.pem' } })).toThrow(
      /KAFKA_TLS_CA can't be read: .*ENOENT/,
    );
  });

  it('has heard no secret of ours in any line', () => {
    expect(said.join('\n')).not.toMatch(/hunter2|BEGIN PRIVATE KEY/);
    expect(said.join('\n')).not.toContain(PASSWORD);
    expect(kafka.logFiles.map((file) => readFileSync(file, 'utf8')).join('')).not.toContain('hunter2');
  });
});
