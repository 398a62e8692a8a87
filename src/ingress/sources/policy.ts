import { AddressRanges } from '../../platform/http/client-address';
import { plainFingerprint } from '../door/arrival';
import { type Profile } from '../profiles/profile';
import { isProfileName, PROFILES } from '../profiles';
import { applySettings } from '../profiles/settings';
import { type Rate } from '../rate-limit';
import { sourceSettings } from './source-settings';

const FAILURES_PER_MINUTE = 30;
/** Of a second's worth: senders come in bursts. */
const BURST_SECONDS = 5;

/** How a source's deliveries are treated: its profile, with what the operator set, ready for the hot path. */
export interface Policy extends Profile {
  /** Null: from anywhere. */
  readonly ipAllow: AddressRanges | null;
  readonly requireHttps: boolean;
  /** Null: none is asked for. Empty: any that our certificate authority signed. */
  readonly clientCertificates: readonly string[] | null;
  /** Null: no limit. */
  readonly rate: Rate | null;
  readonly failuresPerMinute: number;
  /** integration_id -> tenant; null: the source has one of each. */
  readonly tenants: ReadonlyMap<string, string> | null;
}

/** The policy, or what is wrong with the settings in words. */
export function policyOf(profileName: string, given: unknown): Policy | string {
  if (!isProfileName(profileName)) return `there is no profile ${profileName}`;
  const parsed = sourceSettings.safeParse(given);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  }
  const { ip_allow, require_https, client_certificates, rate, failures_per_minute, tenants, ...rest } =
    parsed.data;
  const applied = applySettings(PROFILES[profileName], rest);
  if (!applied.ok) return applied.errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  const { profile } = applied;
  const requires = (kind: string): boolean => profile.auth.require.some((one) => one.kind === kind);
  if (requires('ip') && ip_allow === undefined) return 'require ip: ip_allow must list the addresses';
  return {
    ...profile,
    ipAllow: ip_allow === undefined ? null : new AddressRanges(ip_allow),
    requireHttps: require_https ?? false,
    clientCertificates:
      requires('mtls') || client_certificates !== undefined
        ? (client_certificates ?? []).map(plainFingerprint)
        : null,
    rate:
      rate === undefined
        ? null
        : {
            perSecond: rate.per_second,
            burst: rate.burst ?? Math.max(1, Math.ceil(rate.per_second * BURST_SECONDS)),
          },
    failuresPerMinute: failures_per_minute ?? FAILURES_PER_MINUTE,
    tenants: tenants === undefined ? null : new Map(Object.entries(tenants)),
  };
}
