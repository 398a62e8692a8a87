import { foldSla } from '../../domain/sla/fold-sla';
import { instanceId } from '../../domain/sla/instance-id';
import { type Revision, revisionsBetween } from '../../domain/sla/revisions';
import { type ReplacedTicket, type Storage, type TicketRef } from '../../followers/projections/projection';
import { type Queryable } from '../../platform/postgres/database';
import { type SlaConfigurations } from '../sla-configurations';
import { isParked } from './live-tables';
import { reportingDate, reportingDates, textOf } from './late-revisions';

/** A row that is made anew carries the revision that asked for it: so each is found once. */
const outdatedText = (schema: string): string => `
  SELECT m.tenant_id AS tenant, m.ticket_id AS "ticketId" FROM ${schema}.ticket_metrics m
  WHERE m.lane = $1 AND m.config_revision < $2 AND NOT ${isParked(schema)} AND EXISTS (
    SELECT FROM unnest($4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
      AS c(revision, source, tenant, since, created_since)
    WHERE m.config_revision < c.revision
      AND (m.source = c.source OR (m.tenant_id = c.tenant AND m.source <> ALL ($9::text[])))
      AND (c.since IS NULL OR m.settled_at IS NULL OR m.settled_at >= to_timestamp(c.since / 1000.0))
      AND (c.created_since IS NULL OR m.created_at >= to_timestamp(c.created_since / 1000.0)))
  LIMIT $3`;

const revisionsText = (schema: string): string => `
  SELECT m.ticket_key AS key, m.config_revision AS revision FROM ${schema}.ticket_metrics m
  WHERE m.ticket_key = ANY ($1::text[])`;

// Tables that a rebuild fills beside the live ones publish nothing.
const RESTATE = {
  name: 'sla_restate',
  text: `
    INSERT INTO app.restatement
      (tenant_id, ticket_id, ticket_key, table_name, column_name, instance_id, old_value, new_value, cause, reporting_date)
    SELECT u.tenant_id, u.ticket_id, u.ticket_key, u.table_name, u.column_name, u.instance_id::uuid, u.old_value,
           u.new_value, u.cause, u.reporting_date::date
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::text[], $11::text[])
      AS u(tenant_id, ticket_id, ticket_key, table_name, column_name, instance_id, old_value, new_value, cause,
           reporting_date)
    WHERE EXISTS (
      SELECT FROM app.projection p WHERE p.name = 'sla' AND 'rm_' || p.generation = $1)`,
} as const;

const RESTATED = [
  'tenant_id',
  'ticket_id',
  'ticket_key',
  'table_name',
  'column_name',
  'instance_id',
  'old_value',
  'new_value',
  'cause',
  'reporting_date',
] as const;
type Restated = Readonly<Record<(typeof RESTATED)[number], string | null>>;

/** Brings the figures of tickets to which nothing happened up to the configuration in force, and keeps a record of it. */
export class Renewal {
  /** Up to which revision all rows of a storage follow, as this writer of it has found. */
  readonly #finished = new WeakMap<Storage, number>();

  async outdated(
    db: Queryable,
    storage: Storage,
    limit: number,
    configurations: SlaConfigurations,
  ): Promise<readonly TicketRef[]> {
    const { revision, ownSources } = configurations;
    const finished = this.#finishedUpTo(storage);
    if (finished >= revision) return [];
    const changes = configurations.changesSince(finished);
    const values = [
      storage.lane,
      revision,
      limit,
      changes.map((change) => change.revision),
      changes.map(({ tickets }) => (tickets.kind === 'source' ? tickets.source : null)),
      changes.map(({ tickets }) => (tickets.kind === 'tenant' ? tickets.tenant : null)),
      changes.map(({ since }) => since),
      changes.map(({ createdSince }) => createdSince ?? null),
      ownSources,
    ];
    const found = await db.query<TicketRef & Record<string, unknown>>({
      name: `sla_outdated_${storage.schema}`,
      text: outdatedText(storage.schema),
      values,
    });
    if (found.length === 0) this.#finished.set(storage, revision);
    return found;
  }

  /** Also of tickets to which something happened just now: their rows too change for two reasons at once. */
  async restate(
    tx: Queryable,
    storage: Storage,
    tickets: readonly ReplacedTicket[],
    configurations: SlaConfigurations,
  ): Promise<void> {
    const { schema } = storage;
    const suspects = tickets.filter((ticket) => revisionOf(ticket) > this.#finishedUpTo(storage));
    if (suspects.length === 0) return;
    const before = await tx.query<{ key: string; revision: number }>({
      name: `sla_revisions_${schema}`,
      text: revisionsText(schema),
      values: [suspects.map(({ history }) => history.key)],
    });
    const revisions = new Map(before.map(({ key, revision }) => [key, revision]));
    const restated = suspects.flatMap((ticket) => {
      return restatements(ticket, revisions.get(ticket.history.key), configurations);
    });
    if (restated.length === 0) return;
    const columns = RESTATED.map((column) => restated.map((row) => row[column]));
    await tx.query({ ...RESTATE, values: [schema, ...columns] });
  }

  #finishedUpTo(storage: Storage): number {
    return this.#finished.get(storage) ?? 0;
  }
}

function revisionOf({ rows }: ReplacedTicket): number {
  return Number(rows[0]?.[0]?.['config_revision'] ?? 0);
}

function restatements(
  ticket: ReplacedTicket,
  from: number | undefined,
  configurations: SlaConfigurations,
): Restated[] {
  const { fold, key, last } = ticket.history;
  const to = revisionOf(ticket);
  if (from === undefined || from >= to) return [];
  const { at, cause } = configurations.applied(to);
  const [was, is] = [from, to].map((revision) => {
    const config = configurations.upTo(revision).configOf(last.tenant, fold);
    return { fold, sla: foldSla(fold, config, at) };
  });
  if (was === undefined || is === undefined) throw new Error('two revisions make two folds');
  const dates = reportingDates(is.sla);
  return revisionsBetween(was, is)
    .filter((revision) => from > 0 || !isUnpublished(revision))
    .map((revision) => ({
      tenant_id: last.tenant,
      ticket_id: last.ticketId,
      ticket_key: key,
      table_name: revision.table,
      column_name: revision.column,
      instance_id: revision.instance === null ? null : instanceId(key, revision.instance),
      old_value: textOf(revision.from),
      new_value: textOf(revision.to),
      cause,
      reporting_date: reportingDate(revision, dates),
    }));
}

/** Before there was any configuration nothing was promised: an instance that begins to exist corrects nothing. */
function isUnpublished({ table }: Revision): boolean {
  return table === 'sla_instance';
}
