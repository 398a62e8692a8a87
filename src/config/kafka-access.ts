import { z } from 'zod';

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** How to be let in at a Kafka cluster that asks who is there. */
export interface KafkaAccess {
  readonly clientId: string;
  readonly sasl:
    | {
        readonly mechanism: (typeof SASL_MECHANISMS)[number];
        readonly username: string;
        readonly password: string;
      }
    | undefined;
  /** Paths of PEM files. Undefined: no TLS; without a CA the public ones count. */
  readonly tls:
    | { readonly ca: string | undefined; readonly cert: string | undefined; readonly key: string | undefined }
    | undefined;
}

export const kafkaAccessVariables = {
  KAFKA_CLIENT_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'letters, digits, dot, underscore and dash only')
    .default('casetrail'),
  KAFKA_SASL_MECHANISM: z.string().toLowerCase().pipe(z.enum(SASL_MECHANISMS)).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  KAFKA_TLS: z
    .enum(['on', 'off', 'true', 'false'])
    .transform((given) => given === 'on' || given === 'true')
    .optional(),
  KAFKA_TLS_CA: z.string().optional(),
  KAFKA_TLS_CERT: z.string().optional(),
  KAFKA_TLS_KEY: z.string().optional(),
};

type Variables = z.output<z.ZodObject<typeof kafkaAccessVariables>>;

/** What of these belongs together, and what is missing where one is set without the other. */
export const kafkaAccessMistakes: readonly {
  readonly name: keyof Variables;
  readonly message: string;
  readonly isMade: (env: Variables) => boolean;
}[] = [
  {
    name: 'KAFKA_SASL_MECHANISM',
    message: 'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD go together',
    isMade: (env) => {
      const given = [env.KAFKA_SASL_MECHANISM, env.KAFKA_SASL_USERNAME, env.KAFKA_SASL_PASSWORD];
      return new Set(given.map((value) => value === undefined)).size > 1;
    },
  },
  {
    name: 'KAFKA_TLS_CERT',
    message: 'KAFKA_TLS_CERT and KAFKA_TLS_KEY go together',
    isMade: (env) => (env.KAFKA_TLS_CERT === undefined) !== (env.KAFKA_TLS_KEY === undefined),
  },
  {
    name: 'KAFKA_TLS',
    message: 'is off, but files for TLS are given',
    isMade: (env) => env.KAFKA_TLS === false && hasTlsFile(env),
  },
];

/** A file for TLS switches it on. */
export function kafkaAccess(env: Variables): KafkaAccess {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username } = env;
  const password = env.KAFKA_SASL_PASSWORD;
  const hasLogin = mechanism !== undefined && username !== undefined && password !== undefined;
  const hasTls = env.KAFKA_TLS === true || hasTlsFile(env);
  return {
    clientId: env.KAFKA_CLIENT_ID,
    sasl: hasLogin ? { mechanism, username, password } : undefined,
    tls: hasTls ? { ca: env.KAFKA_TLS_CA, cert: env.KAFKA_TLS_CERT, key: env.KAFKA_TLS_KEY } : undefined,
  };
}

function hasTlsFile(env: Variables): boolean {
  return [env.KAFKA_TLS_CA, env.KAFKA_TLS_CERT, env.KAFKA_TLS_KEY].some((file) => file !== undefined);
}
