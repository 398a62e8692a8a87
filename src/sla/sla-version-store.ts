import { type Queryable } from '../platform/postgres/database';
import { databaseNow } from './database-clock';
import { type NewPolicy, type NewSchedule, type SlaVersion } from './sla-version';

const REVISION = { name: 'sla_revision', text: 'SELECT coalesce(max(id), 0) AS n FROM app.sla_version' };

const LOCK = { name: 'sla_lock', text: 'SELECT app.lock_sla()' };

const ms = (column: string): string => `floor(extract(epoch FROM ${column}) * 1000)::bigint`;

const READ = {
  name: 'sla_versions',
  text: `
    SELECT id, kind, tenant, name, version, body, ${ms('valid_from')} AS "validFrom",
           ${ms('reprocessed_until')} AS "reprocessedUntil", ${ms('recorded_at')} AS "recordedAt"
    FROM app.sla_version
    WHERE $1::text IS NULL OR tenant = $1
    ORDER BY id`,
};

const APPEND = {
  name: 'sla_append',
  text: `
    INSERT INTO app.sla_version (kind, tenant, name, version, body, valid_from, reprocessed_until)
    VALUES ($1, $2, $3, $4, $5::jsonb, to_timestamp($6::bigint / 1000.0), to_timestamp($7::bigint / 1000.0))
    RETURNING id, ${ms('recorded_at')} AS "recordedAt"`,
};

/** The id of the latest version; 0 while there is none. */
export async function readRevision(db: Queryable): Promise<number> {
  const [row] = await db.query<{ n: number }>(REVISION);
  return row?.n ?? 0;
}

/** Nobody else adds a version before this transaction ends. Returns the database's time in ms. */
export async function lockSla(tx: Queryable): Promise<number> {
  await tx.query(LOCK);
  // A statement of its own behind the lock: the clock is not behind what was committed before.
  return databaseNow(tx);
}

/** In the order of application. A null tenant: of all. */
export function readVersions(db: Queryable, tenant: string | null): Promise<SlaVersion[]> {
  return db.query<SlaVersion & Record<string, unknown>>({ ...READ, values: [tenant] });
}

export async function appendVersion<T extends NewSchedule | NewPolicy>(
  tx: Queryable,
  made: T,
): Promise<T & { readonly id: number; readonly recordedAt: number }> {
  const { kind, tenant, name, version, body, validFrom, reprocessedUntil } = made;
  const values = [kind, tenant, name, version, JSON.stringify(body), validFrom, reprocessedUntil];
  const [row] = await tx.query<{ id: number; recordedAt: number }>({ ...APPEND, values });
  if (row === undefined) throw new Error('an insert that is not refused returns its row');
  return { ...made, ...row };
}
