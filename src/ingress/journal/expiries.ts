import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Source } from '../sources/source-registry';

const DAY = 24 * 60 * 60 * 1000;
/** Warned of within so many days: the narrowest that applies. */
const WARN_DAYS = [1, 3, 14] as const;

/** Something that stops being good by itself. */
export interface Expiring {
  /** As it is named in a warning. */
  readonly what: string;
  /** ms UTC. */
  readonly notAfter: number;
}

export interface Expiry extends Expiring {
  readonly days: (typeof WARN_DAYS)[number];
}

/** Those that will expire within 14, 3 or 1 days; what has expired already is told to its senders. */
export function expiriesOf(all: readonly Expiring[], now: number): readonly Expiry[] {
  return all.flatMap((one) => {
    if (one.notAfter <= now) return [];
    const days = WARN_DAYS.find((within) => one.notAfter - now <= within * DAY);
    return days === undefined ? [] : [{ ...one, days }];
  });
}

/** The keys and tokens of a living source that have an end. */
export function keysOf({
  status,
  credentials,
}: Source): readonly { readonly keyId: string; readonly notAfter: number }[] {
  if (status === 'retired') return [];
  return [...credentials.secrets, ...credentials.tokens].flatMap(({ keyId, notAfter }) =>
    notAfter === null ? [] : [{ keyId, notAfter }],
  );
}

/** The certificates in a PEM file, the first of which is the one that is shown. */
export function certificatesOf(file: string): readonly Expiring[] {
  const pems = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return (pems ?? []).map((pem) => {
    const { subject, validTo } = new X509Certificate(pem);
    return {
      what: `certificate ${subject.replaceAll('\n', ', ')} of ${file}`,
      notAfter: Date.parse(validTo),
    };
  });
}
