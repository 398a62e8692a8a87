import { type SlaFold } from '../../domain/sla/fold-sla';
import { instanceId } from '../../domain/sla/instance-id';
import { seconds } from '../../domain/sla/seconds';
import { type Revision } from '../../domain/sla/revisions';
import { type Row } from '../../followers/projections/table';
import { IMPORTED } from '../../ledger/reading';
import { type LateFact } from './late-facts';

export function lateRevisionRows(late: readonly LateFact[], key: string, dates: ReportingDates): Row[] {
  const rows = late.flatMap((one) => one.revisions.map((revision) => row(key, one, revision, dates)));
  return rows.map((one, index) => ({ ...one, seq: index + 1 }));
}

/** The days (UTC) whose reports hold a ticket's figures: those of its beginning, those of its solution. */
export interface ReportingDates {
  readonly created: string;
  readonly resolved: string | null;
}

export function reportingDates({ course, metrics }: SlaFold): ReportingDates {
  const { lastResolvedAt } = metrics;
  return {
    created: dayOf(course.head.created_at),
    resolved: lastResolvedAt === null ? null : dayOf(lastResolvedAt),
  };
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function row(key: string, { event, fact }: LateFact, revision: Revision, dates: ReportingDates): Row {
  const { table, column, instance, from, to } = revision;
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
    reporting_date: reportingDate(revision, dates),
  };
}

export function reportingDate({ column, instance }: Revision, { created, resolved }: ReportingDates): string {
  const isOfSolution = column.includes('resol') || instance?.metric === 'resolution';
  return isOfSolution ? (resolved ?? created) : created;
}

export function textOf(value: Revision['from']): string | null {
  if (value === null) return null;
  return Array.isArray(value) ? value.join(',') : String(value);
}
