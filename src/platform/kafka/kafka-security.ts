import { readFileSync } from 'node:fs';
import { type KafkaConfig, type SASLOptions } from 'kafkajs';
import { type KafkaAccess } from '../../config/kafka-access';
import { asError, CasetrailError } from '../../kernel/errors';

/** The same as kafkajs wants it. Files are read once, here, so that a wrong path is known at the start. */
export function securityOf({
  sasl,
  tls,
}: Pick<KafkaAccess, 'sasl' | 'tls'>): Pick<KafkaConfig, 'sasl' | 'ssl'> {
  return {
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as SASLOptions }),
    ...(tls === undefined ? {} : { ssl: sslOf(tls) }),
  };
}

function sslOf({ ca, cert, key }: NonNullable<KafkaAccess['tls']>): Exclude<KafkaConfig['ssl'], undefined> {
  return {
    ...(ca === undefined ? {} : { ca: [read('KAFKA_TLS_CA', ca)] }),
    ...(cert === undefined ? {} : { cert: read('KAFKA_TLS_CERT', cert) }),
    ...(key === undefined ? {} : { key: read('KAFKA_TLS_KEY', key) }),
  };
}

function read(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const message = `${variable} can't be read: ${asError(thrown).message}`;
    throw new CasetrailError('config_invalid', message, { cause: thrown });
  }
}
