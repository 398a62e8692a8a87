import { PROFILES, isProfileName } from '../profiles';
import { type SourceRow } from './source.entity';
import { type SourceService } from './source-service';

const DAY = 24 * 60 * 60 * 1000;

/** A source as operators see it; no secret is among it. */
export function sourceSummary({
  name,
  key,
  tenant,
  integrationId,
  profile,
  status,
  createdAt,
}: SourceRow): object {
  return {
    name,
    key,
    path: `/v1/ingress/${key}`,
    tenant,
    integration_id: integrationId,
    profile,
    status,
    created_at: createdAt,
  };
}

/** With its keys and tokens: which are live, when each was used last, which will expire soon. */
export async function sourceDetails(sources: SourceService, row: SourceRow, now: number): Promise<object> {
  const [keys, tokens, uses] = await Promise.all([
    sources.keys(row.name),
    sources.tokens(row.name),
    sources.lastUses(row.name),
  ]);
  const life = (id: string, notBefore: Date, notAfter: Date | null): object => ({
    not_before: notBefore,
    not_after: notAfter,
    is_live: notBefore.getTime() <= now && (notAfter === null || now < notAfter.getTime()),
    expires_in_days: notAfter === null ? null : Math.max(0, Math.floor((notAfter.getTime() - now) / DAY)),
    last_used_at: uses.get(id) ?? null,
  });
  return {
    ...sourceSummary(row),
    caution: isProfileName(row.profile) ? PROFILES[row.profile].caution : null,
    settings: row.settings,
    armed_until: row.armedUntil !== null && row.armedUntil.getTime() > now ? row.armedUntil : null,
    keys: keys.map(({ keyId, notBefore, notAfter }) => ({
      key_id: keyId,
      ...life(keyId, notBefore, notAfter),
    })),
    tokens: tokens.map(({ tokenId, label, scopes, notBefore, notAfter }) => ({
      token_id: tokenId,
      label,
      scopes,
      ...life(tokenId, notBefore, notAfter),
    })),
  };
}
