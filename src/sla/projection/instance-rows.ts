import { type SlaFold } from '../../domain/sla/fold-sla';
import { type SlaInstance } from '../../domain/sla/instance';
import { instanceId } from '../../domain/sla/instance-id';
import { seconds } from '../../domain/sla/seconds';
import { segmentsOf } from '../../domain/sla/segments';
import { slaEventRows, slaInstanceRow } from '../../domain/sla/sla-rows';
import { type Row } from '../../followers/projections/table';
import { type TicketEvent, type TicketHistory } from '../../followers/projections/ticket-history';
import { joined } from '../../kernel/joined';
import { isOwn } from '../../ledger/reading';

export interface InstanceRows {
  readonly instances: Row[];
  readonly segments: Row[];
  readonly events: Row[];
}

export function instanceRows({ key, events }: TicketHistory, sla: SlaFold): InstanceRows {
  const rows: InstanceRows = { instances: [], segments: [], events: [] };
  const own = events.filter(isOwn);
  for (const instance of sla.instances) {
    const instance_id = instanceId(key, instance);
    const told = own.filter(({ data }) => data['instance_id'] === instance_id);
    const more = {
      instance_id,
      warned_at: told.findLast(({ type }) => type === 'sla.warned')?.recordedAt ?? null,
      breaks_at: instance.breaksAt,
      removed_at: instance.removedAt,
    };
    rows.instances.push(joined(joined(slaInstanceRow(sla, instance), anchored(instance)), more));
    rows.segments.push(...segmentRows(instance, sla).map((row) => joined(row, { instance_id })));
    rows.events.push(...eventRows(instance, told).map((row) => joined(row, { instance_id })));
  }
  return rows;
}

function runs({ stage }: SlaInstance): boolean {
  return stage === 'running' || stage === 'paused';
}

/** A clock that may go on is kept as it stood when it last began to run or to pause: no message moves that. */
function anchored(instance: SlaInstance) {
  const isOpen = runs(instance);
  return {
    elapsed_ms: isOpen ? instance.elapsedAtAnchor : instance.elapsed,
    paused_ms: isOpen ? instance.pausedAtAnchor : instance.paused,
    overrun_ms: instance.overrun,
    anchor_at: instance.anchorAt,
  };
}

/** Up to the anchor: of what is under way the view tells. */
function segmentRows(instance: SlaInstance, { config }: SlaFold): Row[] {
  const { anchorAt } = instance;
  const spans = runs(instance)
    ? instance.spans.flatMap((one) =>
        one.from < anchorAt ? [{ ...one, to: Math.min(one.to, anchorAt) }] : [],
      )
    : instance.spans;
  return segmentsOf({ ...instance, spans }, config).map((one, index) => ({
    seq: index + 1,
    kind: one.kind,
    from_at: one.from,
    to_at: one.to,
    counted_ms: one.counted,
    cause_event_id: one.by.eventId,
    cause: one.cause,
    schedule_version: one.scheduleVersion,
  }));
}

/** What has happened, what was taken back, and what will happen by itself if nothing else does. */
function eventRows(instance: SlaInstance, told: readonly TicketEvent[]): Row[] {
  const happened: Row[] = slaEventRows(instance).map((row) => joined(row, { counts_from: row.at }));
  const withdrawn: Row[] = told
    .filter(({ type }) => type === 'sla.breach_withdrawn')
    .map(({ occurredAt, eventId }) => ({
      type: 'breach_withdrawn',
      at: occurredAt,
      counts_from: occurredAt,
      event_id: eventId,
      target_seconds: seconds(instance.target),
      elapsed_seconds: null,
    }));
  return [...happened, ...withdrawn, ...foreseen(instance)].map((row, index) =>
    joined(row, { seq: index + 1 }),
  );
}

function foreseen({ stage, events, target, warnAt, dueAt, breaksAt, removedAt }: SlaInstance): Row[] {
  if (stage !== 'running' && stage !== 'paused') return [];
  const rows: Row[] = [];
  const isWarned = events.some(({ type, at }) => type === 'warn' && at === warnAt);
  const row = (type: string, at: number, counts_from: number): void => {
    if (removedAt !== null && counts_from >= removedAt && type !== 'cancel') return;
    rows.push({
      type,
      at,
      counts_from,
      event_id: null,
      target_seconds: seconds(target),
      elapsed_seconds: null,
    });
  };
  if (warnAt !== null && !isWarned) row('warn', warnAt, warnAt);
  if (dueAt !== null && breaksAt !== null) row('breach', dueAt, breaksAt);
  if (removedAt !== null) row('cancel', removedAt, removedAt);
  return rows;
}
