interface Advice {
  readonly isFor: (trait: string) => boolean;
  readonly text: string;
}

const is =
  (...traits: readonly string[]) =>
  (trait: string): boolean =>
    traits.includes(trait);

const LOGIN =
  'Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, and whether KAFKA_SASL_MECHANISM is the one this login was made for.';

/** The first that fits is given. */
const ADVICE: readonly Advice[] = [
  {
    isFor: is('UNSUPPORTED_SASL_MECHANISM'),
    text: 'The cluster does not offer this KAFKA_SASL_MECHANISM.',
  },
  { isFor: is('KafkaJSSASLAuthenticationError', 'SASL_AUTHENTICATION_FAILED'), text: LOGIN },
  {
    isFor: is('TOPIC_AUTHORIZATION_FAILED', 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'),
    text: 'The login needs the rights to DESCRIBE, READ and WRITE the topic, and to CREATE it unless it is there.',
  },
  {
    isFor: is('CLUSTER_AUTHORIZATION_FAILED'),
    text: 'The login needs WRITE on the topic, or IDEMPOTENT_WRITE on the cluster.',
  },
  {
    isFor: is(
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ),
    text: "KAFKA_TLS_CA must hold the certificate of the authority that signed the brokers' certificates.",
  },
  {
    isFor: is('ERR_TLS_CERT_ALTNAME_INVALID'),
    text: "The host in KAFKA_BROKERS, or the one that the broker advertises, is not in the broker's certificate.",
  },
  {
    isFor: is('CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'),
    text: "Look at the dates of the brokers' certificates.",
  },
  {
    isFor: (trait) => /wrong version number|disconnected before secure TLS/.test(trait),
    text: 'This listener does not speak TLS: unset KAFKA_TLS and KAFKA_TLS_*, or take its port for TLS.',
  },
  {
    isFor: (trait) => /alert (certificate|bad certificate|unknown ca|handshake)/.test(trait),
    text: 'The broker does not accept our certificate: KAFKA_TLS_CERT and KAFKA_TLS_KEY must be of an authority that it trusts.',
  },
  {
    isFor: (trait) => /^ERR_OSSL|^ERR_SSL|^EPROTO$/.test(trait),
    text: 'Check KAFKA_TLS_CA, KAFKA_TLS_CERT and KAFKA_TLS_KEY: PEM files, the key fitting the certificate.',
  },
  {
    isFor: is('KafkaJSConnectionClosedError', 'ECONNRESET'),
    text: 'If it is up, it closed the connection: does this listener want TLS (KAFKA_TLS) or a login (KAFKA_SASL_*)?',
  },
];

/** What to do about a failure, where its names, codes and messages tell. */
export function adviceOn(traits: readonly string[]): string | undefined {
  return ADVICE.find(({ isFor }) => traits.some(isFor))?.text;
}
