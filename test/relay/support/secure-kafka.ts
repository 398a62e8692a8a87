import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs';
import { type KafkaAccess } from '../../../src/config/kafka-access';
import { kafkaConnection } from '../../../src/platform/kafka/kafka-connection';
import { type RunningKafka, startKafka } from '../../../src/platform/runtime/kafka-launcher';
import { freePort } from '../../../src/platform/runtime/ports';
import { CACHE_DIR, temporaryDataDir } from '../../support/cluster';

const TLS = join(__dirname, '../../ingress/tls');
export const PASSWORD = 'swordfish-4711';

export const tlsFile = (name: string): string => join(TLS, name);

/** As a PEM text stands in one line of a properties file. */
const pem = (name: string): string => readFileSync(tlsFile(name), 'utf8').trim().replaceAll('\n', '\\n');

/** Who may do what is for these to try; `relay` has every right on topics that begin with `ours.`. */
const USERS = ['relay', 'nobody', 'reader', 'maker'] as const;
export type User = (typeof USERS)[number];

export interface SecureKafka {
  /** Plain TCP with a login. */
  readonly sasl: string;
  /** TLS with a login. */
  readonly saslTls: string;
  /** TLS with a certificate of the client's own. */
  readonly mutualTls: string;
  /** Neither. */
  readonly open: string;
  readonly logFiles: readonly string[];
  stop(): Promise<void>;
}

/** A broker as managed clusters run them: every way of being let in on a port of its own, and rights for each login. */
export async function startSecureKafka(): Promise<SecureKafka> {
  const taken = new Set<number>();
  const port = async (): Promise<number> => {
    const free = await freePort(undefined, taken);
    taken.add(free);
    return free;
  };
  const ports = { SASL: await port(), SASLTLS: await port(), MTLS: await port() };
  const kafka = await startKafka({
    dataDir: temporaryDataDir(),
    cacheDir: CACHE_DIR,
    log: () => undefined,
    settings: ({ port: open, controllerPort }) => ({
      ...listeners({ PLAINTEXT: open, ...ports, CONTROLLER: controllerPort }),
      ...logins(),
      ...certificates(),
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS;User:CN=client',
    }),
    formatOptions: USERS.flatMap((user) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${user},password=${PASSWORD}]`,
      ]),
    ),
  });
  if (!kafka.available) throw new Error(kafka.reason);
  await grantRights(kafka);
  const at = (number: number): string => `127.0.0.1:${number}`;
  return {
    sasl: at(ports.SASL),
    saslTls: at(ports.SASLTLS),
    mutualTls: at(ports.MTLS),
    open: kafka.brokers[0] ?? '',
    logFiles: kafka.logFiles,
    stop: () => kafka.stop(),
  };
}

export function login(
  username: string,
  mechanism: NonNullable<KafkaAccess['sasl']>['mechanism'] = 'plain',
  password = PASSWORD,
): KafkaAccess['sasl'] {
  return { mechanism, username, password };
}

function listeners(ports: Readonly<Record<string, number>>): Record<string, string> {
  const address = (name: string): string => `${name}://127.0.0.1:${ports[name] ?? 0}`;
  const names = Object.keys(ports);
  return {
    listeners: names.map(address).join(','),
    'advertised.listeners': names
      .filter((name) => name !== 'CONTROLLER')
      .map(address)
      .join(','),
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL,MTLS:SSL',
  };
}

function logins(): Record<string, string> {
  const users = USERS.map((user) => `user_${user}="${PASSWORD}"`).join(' ');
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required ${users};`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    ...Object.fromEntries(
      ['sasl', 'sasltls'].flatMap((name) => [
        [`listener.name.${name}.plain.sasl.jaas.config`, plain],
        [`listener.name.${name}.scram-sha-256.sasl.jaas.config`, scram],
        [`listener.name.${name}.scram-sha-512.sasl.jaas.config`, scram],
      ]),
    ),
  };
}

function certificates(): Record<string, string> {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': pem('server.pem'),
    'ssl.keystore.key': pem('server.key'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': pem('ca.pem'),
    'listener.name.mtls.ssl.client.auth': 'required',
  };
}

const RIGHTS: Readonly<Record<User, readonly AclOperationTypes[]>> = {
  relay: [
    AclOperationTypes.DESCRIBE,
    AclOperationTypes.CREATE,
    AclOperationTypes.READ,
    AclOperationTypes.WRITE,
  ],
  nobody: [],
  reader: [AclOperationTypes.DESCRIBE, AclOperationTypes.READ],
  maker: [AclOperationTypes.DESCRIBE, AclOperationTypes.CREATE],
};

async function grantRights(kafka: RunningKafka): Promise<void> {
  const admin = kafkaConnection({ brokers: kafka.brokers, log: () => undefined }).admin();
  await admin.connect();
  await admin.createAcls({
    acl: USERS.flatMap((user) =>
      RIGHTS[user].map((operation) => ({
        resourceType: AclResourceTypes.TOPIC,
        resourceName: 'ours.',
        resourcePatternType: ResourcePatternTypes.PREFIXED,
        principal: `User:${user}`,
        host: '*',
        operation,
        permissionType: AclPermissionTypes.ALLOW,
      })),
    ),
  });
  await admin.disconnect();
}
