import { z } from 'zod';
import { CasetrailError } from '../kernel/errors';
import { type KafkaAccess, kafkaAccess, kafkaAccessMistakes, kafkaAccessVariables } from './kafka-access';

export const ROLES = ['ingress', 'projector', 'relay'] as const;
export type Role = (typeof ROLES)[number];

const SECOND = 1000;

const port = z.coerce.number().int().min(0).max(65535);
const postgresUrl = z
  .string()
  .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), 'expected a postgres:// URL');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const count = (min: number, max: number): z.ZodCoercedNumber => z.coerce.number().int().min(min).max(max);

const variables = z.object({
  PORT: port.default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  DATABASE_READ_URL: postgresUrl.optional(),
  KAFKA: z.enum(['on', 'off']).default('on'),
  KAFKA_BROKERS: list
    .refine((brokers) => brokers.every((b) => /^[^\s:]+:\d{1,5}$/.test(b)), 'expected host:port[,host:port…]')
    .optional(),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,100}$/, 'letters, digits, dot, underscore and dash only')
    .default('casetrail.'),
  KAFKA_PERSONAL_DATA: z.enum(['include', 'omit']).default('include'),
  KAFKA_COMPRESSION: z.enum(['none', 'gzip']).default('none'),
  ...kafkaAccessVariables,
  CASETRAIL_DATA_DIR: z.string().min(1).default('.data'),
  LANES: count(1, 64).default(8),
  ROLES: list
    .pipe(z.array(z.enum(ROLES)).min(1))
    .default([...ROLES])
    .transform((roles) => new Set(roles)),
  ADMIN_TOKEN: z.string().min(24, 'at least 24 characters').optional(),
  SECRETS_KEY: z
    .string()
    .refine(
      (text) => Buffer.from(text, 'base64').length === 32,
      'expected 32 bytes in base64 (openssl rand -base64 32)',
    )
    .optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  APPEND_BATCH_MAX: count(1, 1024).default(256),
  APPEND_QUEUE_MAX: count(1, 100_000).default(4096),
  DATABASE_POOL_MAX: count(4, 200).default(16),
  TRUSTED_PROXIES: list.default([]),
  REQUIRE_HTTPS: z.enum(['on', 'off']).default('off'),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  TLS_CLIENT_CA: z.string().optional(),
  DELIVERY_RETENTION_DAYS: count(1, 3650).default(30),
  OVERLOAD_LOOP_DELAY_MS: count(50, 60_000).default(1000),
});

/** Every variable that is read; .env.example explains them. */
export const VARIABLES: readonly string[] = Object.keys(variables.shape);

const environment = variables
  .refine((env) => (env.TLS_CERT === undefined) === (env.TLS_KEY === undefined), {
    path: ['TLS_CERT'],
    message: 'TLS_CERT and TLS_KEY go together',
  })
  .superRefine((env, context) => {
    if (env.DATABASE_URL !== undefined) return;
    for (const name of ['DATABASE_DIRECT_URL', 'DATABASE_READ_URL'] as const)
      if (env[name] !== undefined)
        context.addIssue({ code: 'custom', path: [name], message: 'needs DATABASE_URL' });
  })
  .refine((env) => env.TLS_CLIENT_CA === undefined || env.TLS_CERT !== undefined, {
    path: ['TLS_CLIENT_CA'],
    message: 'needs TLS_CERT and TLS_KEY',
  })
  .superRefine((env, context) => {
    for (const { name, message, isMade } of kafkaAccessMistakes)
      if (isMade(env)) context.addIssue({ code: 'custom', path: [name], message });
  });

export interface Config {
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Addresses and CIDR ranges whose X-Forwarded-… headers are believed. */
    readonly trustedProxies: readonly string[];
    /** Webhooks over plain HTTP are refused, unless a trusted proxy says that they came over HTTPS. */
    readonly requireHttps: boolean;
    /** Paths of PEM files. */
    readonly tls:
      { readonly cert: string; readonly key: string; readonly clientCa: string | undefined } | undefined;
    readonly overloadLoopDelayMs: number;
  };
  readonly deliveryRetentionDays: number;
  readonly database: {
    /** Absent: run the embedded PostgreSQL. */
    readonly url: string | undefined;
    /** For migrations and LISTEN where `url` leads through a transaction-mode pooler. */
    readonly directUrl: string | undefined;
    /** For who only reads: a replica. */
    readonly readUrl: string | undefined;
    readonly poolMax: number;
  };
  readonly kafka: {
    readonly enabled: boolean;
    /** Absent and enabled: run an own node where Java and Maven are at hand. */
    readonly brokers: readonly string[] | undefined;
    readonly topicPrefix: string;
    /** Whether names and texts leave for the topics. */
    readonly personalData: 'include' | 'omit';
    readonly compression: 'none' | 'gzip';
    readonly access: KafkaAccess;
  };
  readonly dataDir: string;
  readonly lanes: number;
  readonly roles: ReadonlySet<Role>;
  readonly adminToken: string | undefined;
  readonly secretsKey: string | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly append: { readonly batchMax: number; readonly queueMax: number };
  readonly shutdownGraceMs: number;
}

/** Reads the environment once. Every mistake is listed in one error, so that a wrong set-up is mended in one go. */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable (`KAFKA_BROKERS=` in a compose file) means "not set".
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new CasetrailError('config_invalid', `The configuration has mistakes:\n${mistakes.join('\n')}`);
  }
  const e = parsed.data;
  return Object.freeze({
    http: {
      host: e.HOST,
      port: e.PORT,
      trustedProxies: e.TRUSTED_PROXIES,
      requireHttps: e.REQUIRE_HTTPS === 'on',
      tls:
        e.TLS_CERT === undefined || e.TLS_KEY === undefined
          ? undefined
          : { cert: e.TLS_CERT, key: e.TLS_KEY, clientCa: e.TLS_CLIENT_CA },
      overloadLoopDelayMs: e.OVERLOAD_LOOP_DELAY_MS,
    },
    deliveryRetentionDays: e.DELIVERY_RETENTION_DAYS,
    database: {
      url: e.DATABASE_URL,
      directUrl: e.DATABASE_DIRECT_URL,
      readUrl: e.DATABASE_READ_URL,
      poolMax: e.DATABASE_POOL_MAX,
    },
    kafka: {
      enabled: e.KAFKA === 'on',
      brokers: e.KAFKA_BROKERS,
      topicPrefix: e.KAFKA_TOPIC_PREFIX,
      personalData: e.KAFKA_PERSONAL_DATA,
      compression: e.KAFKA_COMPRESSION,
      access: kafkaAccess(e),
    },
    dataDir: e.CASETRAIL_DATA_DIR,
    lanes: e.LANES,
    roles: e.ROLES,
    adminToken: e.ADMIN_TOKEN,
    secretsKey: e.SECRETS_KEY,
    logLevel: e.LOG_LEVEL,
    append: { batchMax: e.APPEND_BATCH_MAX, queueMax: e.APPEND_QUEUE_MAX },
    shutdownGraceMs: 10 * SECOND,
  });
}
