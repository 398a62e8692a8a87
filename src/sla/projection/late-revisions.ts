import { compareKeys, orderKey, type OrderKey, rankOf } from '../../domain/order';
import { type Fact } from '../../domain/fact';
import { type SlaConfig } from '../../domain/sla/config';
import { instanceId } from '../../domain/sla/instance-id';
import { seconds } from '../../domain/sla/seconds';
import { type Revision, revisionsBy } from '../../domain/sla/revisions';
import { type Row } from '../../followers/projections/table';
import { type TicketEvent, type TicketHistory } from '../../followers/projections/ticket-history';

/** Set on what came through an import: nobody was told anything else before. */
export const IMPORTED = 'imported';

/** Every published figure that a late event changed: a function of the lane, whenever and however often it is computed. */
export function lateRevisions(
  { key, facts }: TicketHistory,
  stored: ReadonlyMap<string, TicketEvent>,
  config: SlaConfig,
  reportingDates: ReportingDates,
): Row[] {
  const rows: Row[] = [];
  let latest: OrderKey | null = null;
  for (const [index, fact] of facts.entries()) {
    const own = orderKey(fact, fact.occurredAt, rankOf(fact));
    if (latest !== null && compareKeys(own, latest) < 0) {
      const event = stored.get(fact.ref);
      if (event === undefined) throw new Error(`event ${fact.ref} is not among its ticket's events`);
      const revisions = revisionsBy(facts.slice(0, index), fact, event.receivedAt, config);
      for (const revision of revisions) rows.push(row(key, event, fact, revision, reportingDates));
    } else latest = own;
  }
  return rows.map((one, index) => ({ ...one, seq: index + 1 }));
}

/** The days whose reports hold a ticket's figures: those of its beginning, those of its solution. */
export interface ReportingDates {
  readonly created: string;
  readonly resolved: string | null;
}

function row(key: string, event: TicketEvent, fact: Fact, revision: Revision, dates: ReportingDates): Row {
  const { table, column, instance, from, to } = revision;
  const isOfSolution = column.includes('resol') || instance?.metric === 'resolution';
  return {
    table_name: table,
    column_name: column,
    instance_id: instance === null ? null : instanceId(key, instance),
    old_value: textOf(from),
    new_value: textOf(to),
    changed_at: event.recordedAt,
    cause_event_id: fact.eventId,
    cause: event.flags.includes(IMPORTED) ? 'backfill' : 'late_event',
    lateness_seconds: seconds(event.receivedAt - event.occurredAt),
    reporting_date: isOfSolution ? (dates.resolved ?? dates.created) : dates.created,
  };
}

export function textOf(value: Revision['from']): string | null {
  if (value === null) return null;
  return Array.isArray(value) ? value.join(',') : String(value);
}
