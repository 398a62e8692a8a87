import { type SlaConfig } from '../../domain/sla/config';
import { foldSla, type SlaFold } from '../../domain/sla/fold-sla';
import { instanceId } from '../../domain/sla/instance-id';
import { iso } from '../../domain/sla/output';
import { type TicketEvent, type TicketHistory } from '../../followers/projections/ticket-history';
import { type SlaConfigurations } from '../sla-configurations';
import { type Deadline, deadlinesOf } from './deadline';
import { Silence } from './silence';

/** What the world is to be told about a ticket's promises, and has not been told yet. */
export interface News {
  readonly deadlines: readonly Deadline[];
  /** Announced breaches that are none by what is known now. */
  readonly withdrawn: readonly TicketEvent[];
}

/**
 * `sla` at the ticket's last event, whatever the time is by now: so the row, which says when to look, and whoever looks then
 * agree on what there is to tell.
 */
export function newsOf(history: TicketHistory, sla: SlaFold, configurations: SlaConfigurations): News {
  const { key, events, fold } = history;
  const told = events.filter(({ type }) => type.startsWith('sla.'));
  const silence = new Silence(history, configurations);
  const deadlines = deadlinesOf(key, sla).filter(
    (deadline) => !isTold(deadline, told) && !silence.covers(deadline),
  );
  if (told.length === 0) return { deadlines, withdrawn: [] };
  const broken = brokenIn(key, foldSla(fold, sla.config, learnedAt(history, sla.config, configurations)));
  const standing = latestWords(told).filter(({ type }) => type === 'sla.breached');
  return { deadlines, withdrawn: standing.filter((word) => !broken.has(instanceOf(word))) };
}

/**
 * When the last thing was learned that a breach may hang on. A breach that it undid is taken back, even if time has made
 * another one of it meanwhile.
 */
export function learnedAt(
  { last }: TicketHistory,
  { revision }: SlaConfig,
  configurations: SlaConfigurations,
): number {
  return Math.max(last.recordedAt, configurations.appliedAt(revision));
}

/** The earliest instant from which on there is something to tell, if nothing happens before; null for never. */
export function newsAt({ deadlines, withdrawn }: News): number | null {
  const instants = [...deadlines.map(({ from }) => from), ...withdrawn.map(({ recordedAt }) => recordedAt)];
  return instants.length === 0 ? null : Math.min(...instants);
}

/** One warning for each deadline, whatever led back to it, and each instant of warning; one breach until it is withdrawn. */
function isTold({ kind, instance, instanceId: id, at }: Deadline, told: readonly TicketEvent[]): boolean {
  const own = told.filter((event) => instanceOf(event) === id);
  if (kind === 'breached') return own.findLast(({ type }) => type !== 'sla.warned')?.type === 'sla.breached';
  const dueAt = iso(instance.dueAt);
  const warnings = own.filter(({ type }) => type === 'sla.warned');
  return warnings.some(
    ({ occurredAt, data }) => occurredAt === at || (dueAt !== null && data['due_at'] === dueAt),
  );
}

/** Of each instance: whether its breach was announced, or withdrawn, last. */
function latestWords(told: readonly TicketEvent[]): TicketEvent[] {
  const words = told.filter(({ type }) => type !== 'sla.warned');
  return [...new Map(words.map((event) => [instanceOf(event), event])).values()];
}

export function brokenIn(key: string, { instances }: SlaFold): ReadonlySet<string> {
  return new Set(instances.flatMap((one) => (one.breach === null ? [] : [instanceId(key, one)])));
}

/** Of what casetrail announced: its body was parsed when it was stored. */
export function instanceOf({ data }: TicketEvent): string {
  return data['instance_id'] as string;
}
