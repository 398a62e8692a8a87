import { CasetrailError } from '../kernel/errors';
import { type Acting } from '../platform/http/bearer-guard';
import { audit } from '../platform/postgres/audit';
import { type Queryable } from '../platform/postgres/database';
import { type Owner } from './plan-apply';
import { policyId, scheduleId, type PolicyVersion, type ScheduleVersion } from './sla-version';

const SOURCE = { name: 'sla_source', text: 'SELECT tenant FROM app.source WHERE name = $1' };

/** Whose tickets a change is meant for. One tenant's things do not exist for another. */
export async function ownerOf(
  db: Queryable,
  wanted: { readonly source?: string | undefined; readonly tenant?: string | undefined },
  acting: Acting,
): Promise<Owner> {
  const { source = null } = wanted;
  const tenant =
    source === null ? (wanted.tenant ?? acting.tenant) : await tenantOfSource(db, source, acting);
  if (tenant === null)
    throw new CasetrailError('invalid_input', 'source or tenant: name whose tickets it is for');
  if (acting.tenant !== null && tenant !== acting.tenant) {
    throw new CasetrailError('forbidden', `This token may configure the tenant ${acting.tenant} only.`);
  }
  if (wanted.tenant !== undefined && wanted.tenant !== tenant) {
    const message = `tenant: the source ${String(source)} belongs to the tenant ${tenant}, not ${wanted.tenant}`;
    throw new CasetrailError('invalid_input', message);
  }
  return { tenant, source };
}

async function tenantOfSource(db: Queryable, source: string, acting: Acting): Promise<string> {
  const [row] = await db.query<{ tenant: string }>({ ...SOURCE, values: [source] });
  if (row === undefined || (acting.tenant !== null && row.tenant !== acting.tenant)) {
    throw new CasetrailError('not_found', `source: there is no source ${source}.`);
  }
  return row.tenant;
}

export async function recordVersion(
  tx: Queryable,
  { actor }: Acting,
  action: 'sla.apply' | 'sla.reprocess',
  version: ScheduleVersion | PolicyVersion,
): Promise<void> {
  const { tenant, kind, validFrom, id } = version;
  const target = kind === 'schedule' ? scheduleId(tenant, version.name) : policyId(version);
  const detail = { kind, version: version.version, valid_from: isoOf(validFrom), config_revision: id };
  await audit((text, values) => tx.query({ text, values }), { actor, action, target, tenant, detail });
}

export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
