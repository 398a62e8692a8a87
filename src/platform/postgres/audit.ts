/** Who did what to what. */
export interface AuditEntry {
  /** A token's id, `admin`, or `cli:<user>`. */
  readonly actor: string;
  /** `source.pause`, `token.add` … */
  readonly action: string;
  readonly target: string;
  /** Null: spans tenants. */
  readonly tenant: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
}

const RECORD =
  'INSERT INTO app.audit (actor, action, target, tenant, detail) VALUES ($1, $2, $3, $4, $5::jsonb)';

/** Call it inside the transaction of the change: neither stands without the other. */
export async function audit(
  run: (text: string, values: unknown[]) => Promise<unknown>,
  { actor, action, target, tenant, detail = {} }: AuditEntry,
): Promise<void> {
  await run(RECORD, [actor, action, target, tenant, JSON.stringify(detail)]);
}
