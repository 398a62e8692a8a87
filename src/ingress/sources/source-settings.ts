import { z } from 'zod';
import { TENANT_PATTERN } from '../../kernel/ticket-key';
import { isRange } from '../../platform/http/client-address';
import { profileSettings } from '../profiles/settings';

const FINGERPRINT = /^(?:[0-9a-f]{2}:?){20}$|^(?:[0-9a-f]{2}:?){32}$/i;

/** What an operator may set for one source: what it has otherwise than its profile, and what concerns the connection. */
export const sourceSettings = profileSettings.extend({
  /** The only addresses it may send from. */
  ip_allow: z.array(z.string().refine(isRange, 'an IP address or a CIDR range')).min(1).optional(),
  require_https: z.boolean().optional(),
  /** SHA-256 (or, behind nginx, SHA-1) fingerprints; without any every certificate of TLS_CLIENT_CA will do. */
  client_certificates: z
    .array(z.string().regex(FINGERPRINT, 'a SHA-256 (behind nginx: SHA-1) fingerprint in hex'))
    .min(1)
    .optional(),
  rate: z
    .strictObject({
      per_second: z.number().positive().max(100_000),
      burst: z.int().positive().max(1_000_000).optional(),
    })
    .optional(),
  failures_per_minute: z.int().min(1).max(100_000).optional(),
  /** integration_id -> tenant, for a sender that speaks for several. Others are refused. */
  tenants: z.record(z.string().min(1).max(200), z.string().regex(TENANT_PATTERN)).optional(),
});
export type SourceSettings = z.output<typeof sourceSettings>;
