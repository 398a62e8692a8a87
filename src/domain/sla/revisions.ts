import { type Fact } from '../fact';
import { foldTicket, type TicketFold } from '../fold-ticket';
import { ticketRow } from '../ticket-row';
import { type SlaConfig } from './config';
import { qualityFlags } from './explain';
import { foldSla, type SlaFold } from './fold-sla';
import { type SlaInstance } from './instance';
import { instantAsText, omit } from './output';
import { type Court, courtOf } from './partition';
import { slaInstanceRow } from './sla-rows';
import { isUnresolved } from './status-course';
import { ticketMetricsRow, type TicketMetricsRow } from './ticket-metrics-row';

type Value = string | number | boolean | null | readonly string[];

/** A published figure that came to be another. Instants are text, as in every output. */
export interface Revision {
  readonly table: 'ticket' | 'ticket_metrics' | 'sla_instance';
  readonly column: string;
  /** Which instance; null for the figures of the ticket itself. */
  readonly instance: Pick<SlaInstance, 'metric' | 'no' | 'startedBy'> | null;
  readonly from: Value;
  readonly to: Value;
}

/** Not figures: what they were computed with, and when somebody last wrote. */
const unrevised = new Set(['config_revision', 'last_event_at']);

/**
 * What a late event changes. Empty for an event that is the last in the ticket's truth: nothing was published that
 * it could correct. `receivedAt` is the event's, and the figures before and after it are taken at that instant. `foldOf`
 * is foldTicket for whoever remembers what it made of the same facts.
 */
export function revisionsBy(
  history: readonly Fact[],
  fact: Fact,
  receivedAt: number,
  config: SlaConfig,
  foldOf: (facts: readonly Fact[]) => TicketFold = foldTicket,
): readonly Revision[] {
  if (history.length === 0) return [];
  const before = foldOf(history);
  const after = foldOf([...history, fact]);
  if (after.steps.at(-1)?.fact === fact) return [];
  return revisionsBetween(
    { fold: before, sla: foldSla(before, config, receivedAt) },
    { fold: after, sla: foldSla(after, config, receivedAt) },
  );
}

export interface Folded {
  readonly fold: TicketFold;
  readonly sla: SlaFold;
}

/** The settled columns that differ between two folds of a ticket, whatever made them differ. */
export function revisionsBetween(before: Folded, after: Folded): readonly Revision[] {
  return [
    ...differences('ticket', null, ticketColumns(before), ticketColumns(after)),
    ...differences('ticket_metrics', null, metricColumns(before), metricColumns(after)),
    ...instanceDifferences(before.sla, after.sla),
  ];
}

type Columns = Readonly<Record<string, Value>>;

function ticketColumns({ fold, sla }: Folded): Columns {
  const row = ticketRow(fold);
  return {
    ...row,
    open_turn_since: sla.course.talk.open?.since ?? null,
    quality_flags: qualityFlags(row.quality_flags, sla),
  };
}

function metricColumns({ sla }: Folded): Columns {
  return omit(ticketMetricsRow(sla), growingColumns(sla));
}

function instanceColumns(sla: SlaFold, instance: SlaInstance): Columns {
  return omit(slaInstanceRow(sla, instance), growingInstanceColumns(instance));
}

type MetricColumn = keyof TicketMetricsRow;

/** A column that grows by itself was never final, so nothing about it is revised. */
function growingColumns({ course, assignments }: SlaFold): MetricColumn[] {
  const growing: MetricColumn[] = course.talk.open === null ? [] : ['unanswered_seconds'];
  const stretch = course.status.stretches.at(-1);
  if (stretch === undefined || !isUnresolved(stretch)) return growing;
  growing.push('unresolved_seconds', 'unresolved_business_seconds', ...growingInCourt[courtOf(stretch)]);
  if (stretch.contested) growing.push('contested_pause_seconds');
  if (assignments.at(-1)?.agentId === null) growing.push('unassigned_seconds');
  return growing;
}

const growingInCourt = {
  active: ['active_seconds', 'active_business_seconds'],
  waiting: ['waiting_on_customer_seconds'],
  onHold: ['on_hold_seconds'],
} as const satisfies Record<Court, readonly MetricColumn[]>;

function growingInstanceColumns({ stage }: SlaInstance) {
  switch (stage) {
    case 'running':
      return ['elapsed_seconds', 'overrun_seconds'] as const;
    case 'paused':
      return ['paused_seconds'] as const;
    case 'completed':
    case 'cancelled':
      return [];
  }
}

/** Instances are the same by the event that opened them; one that is only there before or after was, or is, null. */
function instanceDifferences(before: SlaFold, after: SlaFold): Revision[] {
  const old = byKey(before);
  const young = byKey(after);
  return [...new Set([...old.keys(), ...young.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), young.get(key)];
    const found = is ?? was;
    if (found === undefined) return [];
    // No more of it: revisions are kept, and an instance holds all that its ticket lived through.
    const instance = { metric: found.metric, no: found.no, startedBy: found.startedBy };
    const [from, to] = [was && instanceColumns(before, was), is && instanceColumns(after, is)];
    return differences('sla_instance', instance, from ?? nulled(to), to ?? nulled(from));
  });
}

function byKey({ instances }: SlaFold): Map<string, SlaInstance> {
  return new Map(instances.map((one) => [`${one.metric} ${one.startedBy.ref}`, one]));
}

function nulled(columns: Columns | undefined): Columns {
  return Object.fromEntries(Object.keys(columns ?? {}).map((name) => [name, null]));
}

function differences(
  table: Revision['table'],
  instance: Revision['instance'],
  before: Columns,
  after: Columns,
): Revision[] {
  const found: Revision[] = [];
  for (const column in after) {
    const [from, to] = [before[column], after[column]];
    if (from === undefined || to === undefined || same(from, to) || unrevised.has(column)) continue;
    found.push({ table, column, instance, from: textOf(column, from), to: textOf(column, to) });
  }
  return found;
}

function same(a: Value, b: Value): boolean {
  return a === b || (Array.isArray(a) && Array.isArray(b) && a.join() === b.join());
}

function textOf(column: string, value: Value): Value {
  return instantAsText(column, value) as Value;
}
