import { type EntityManager } from 'typeorm';
import { CasetrailError } from '../../kernel/errors';
import { type Acting } from '../../platform/http/bearer-guard';
import { audit } from '../../platform/postgres/audit';
import { SourceRow } from './source.entity';

/** The operator at the machine itself. */
export const LOCAL: Acting = { actor: 'cli', tenant: null };

/** For the transaction's length nobody else changes this source. */
export async function locked(tx: EntityManager, name: string, tenant: string | null): Promise<SourceRow> {
  const row = await tx.findOne(SourceRow, { where: { name }, lock: { mode: 'pessimistic_write' } });
  return visible(row, name, tenant);
}

/** One tenant's things do not exist for another. */
export function visible(row: SourceRow | null, name: string, tenant: string | null): SourceRow {
  if (row === null || (tenant !== null && row.tenant !== tenant)) {
    throw new CasetrailError('not_found', `There is no source ${name}.`);
  }
  return row;
}

export function record(
  tx: EntityManager,
  { actor }: Acting,
  action: string,
  source: Pick<SourceRow, 'name' | 'tenant'>,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  const entry = { actor, action, target: source.name, tenant: source.tenant, detail };
  return audit((text, values) => tx.query(text, values), entry);
}
