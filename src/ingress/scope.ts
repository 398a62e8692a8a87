import { type Authentic } from './authentic';
import { type RefusalCode } from './codes';
import { originOf } from './dialects/origin';
import { readWebhook } from './dialects/read-webhook';
import { type JsonReading } from './json/strict-json';
import { type Source } from './sources/source-registry';

/** Row 14: whether what was proved covers this source and what is said. Nothing is checked that the body does not name. */
export function scopeMistake(
  source: Source,
  delivery: Authentic,
  json: JsonReading,
): { readonly code: RefusalCode; readonly detail: string } | null {
  if (json.kind === 'malformed') return null;
  const { policy } = source;
  if (delivery.scopes !== null) {
    const read = readWebhook(policy, json.value, delivery);
    if (
      read.kind === 'event' &&
      !delivery.scopes.some((scope) => scope === read.type || scope === read.sourceType)
    ) {
      const detail = `The token ${delivery.keyId ?? ''} may send ${delivery.scopes.join(', ')}, not ${read.sourceType}.`;
      return { code: 'insufficient_scope', detail };
    }
  }
  const { integrationId, environment } = originOf(json.value);
  if (integrationId !== null && !isOwn(source, integrationId)) {
    const expected = policy.tenants === null ? [source.integrationId] : [...policy.tenants.keys()];
    const detail = `This source takes integration_id ${expected.map(quoted).join(', ')}, not ${quoted(integrationId)}.`;
    return { code: 'integration_mismatch', detail };
  }
  if (environment !== null && policy.environment !== null && environment !== policy.environment) {
    const detail = `This source takes the environment ${quoted(policy.environment)}, not ${quoted(environment)}.`;
    return { code: 'environment_mismatch', detail };
  }
  return null;
}

/** Whose tickets a body speaks of. */
export function tenantOf(source: Source, json: JsonReading): string {
  const { tenants } = source.policy;
  if (tenants === null || json.kind === 'malformed') return source.tenant;
  const { integrationId } = originOf(json.value);
  return (integrationId === null ? undefined : tenants.get(integrationId)) ?? source.tenant;
}

function isOwn({ policy, integrationId }: Source, claimed: string): boolean {
  return policy.tenants === null ? claimed === integrationId : policy.tenants.has(claimed);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
