import { foldSla, type SlaFold } from '../../domain/sla/fold-sla';
import { instanceId } from '../../domain/sla/instance-id';
import { type TicketEvent, type TicketHistory } from '../../followers/projections/ticket-history';
import { type SlaConfigurations } from '../sla-configurations';
import { type Deadline, deadlinesOf } from './deadline';
import { isSilent } from './silence';

/** What the world is to be told about a ticket's promises, and has not been told yet. */
export interface News {
  readonly deadlines: readonly Deadline[];
  /** Announced breaches that are none by what is known now. */
  readonly withdrawn: readonly TicketEvent[];
}

/**
 * `sla` at any instant not before the last stored event was recorded, or at the ticket's last event: then it is what will
 * be news if nothing happens.
 */
export function newsOf(history: TicketHistory, sla: SlaFold, configurations: SlaConfigurations): News {
  const { key, events, fold, last } = history;
  const told = events.filter(({ type }) => type.startsWith('sla.'));
  const deadlines = deadlinesOf(key, sla).filter(
    (deadline) => !isTold(deadline, told) && !isSilent(deadline, history, configurations),
  );
  if (told.length === 0) return { deadlines, withdrawn: [] };
  const broken = brokenIn(key, foldSla(fold, sla.config, Math.max(sla.now, last.recordedAt)));
  const standing = latestWords(told).filter(({ type }) => type === 'sla.breached');
  return { deadlines, withdrawn: standing.filter((word) => !broken.has(instanceOf(word))) };
}

/** The earliest instant from which on there is something to tell, if nothing happens before; null for never. */
export function newsAt({ deadlines, withdrawn }: News): number | null {
  const instants = [...deadlines.map(({ from }) => from), ...withdrawn.map(({ recordedAt }) => recordedAt)];
  return instants.length === 0 ? null : Math.min(...instants);
}

/** One warning for each instant of warning and each deadline, one breach until it is withdrawn. */
function isTold({ kind, instanceId: id, at }: Deadline, told: readonly TicketEvent[]): boolean {
  const own = told.filter((event) => instanceOf(event) === id);
  if (kind === 'warned')
    return own.some(({ type, occurredAt }) => type === 'sla.warned' && occurredAt === at);
  return own.findLast(({ type }) => type !== 'sla.warned')?.type === 'sla.breached';
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
