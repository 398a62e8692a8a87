import { foldSla } from '../../domain/sla/fold-sla';
import { type TicketEvent, TicketHistory } from '../../followers/projections/ticket-history';
import { IMPORTED, isOwn } from '../../ledger/reading';
import { type SlaConfigurations } from '../sla-configurations';
import { type Deadline, deadlinesOf } from './deadline';

/** When we learned something that a deadline may follow from. */
interface Moment {
  readonly at: number;
  /** A sender told us there and then, and not a file of history or a change of configuration. */
  readonly isLive: boolean;
}

/**
 * A deadline that lay in the past when it came to be is announced only if a sender's own event brought it, however late:
 * what an import or a change of configuration finds in the past is nobody's news any more. It came to be with the first
 * thing we learned (by recorded_at: an event, or a version of the configuration) from which on the fold has it.
 */
export function isSilent(
  deadline: Deadline,
  history: TicketHistory,
  configurations: SlaConfigurations,
): boolean {
  if (deadline.at > Math.max(history.last.recordedAt, configurations.latestAt)) return false;
  const moments = momentsSince(deadline.at, history, configurations);
  if (moments.every(({ isLive }) => isLive)) return false;
  if (wasKnown(deadline, history, configurations, deadline.at - 1)) return false;
  if (!moments.some(({ isLive }) => isLive)) return true;
  const origin = moments.find(({ at }) => wasKnown(deadline, history, configurations, at));
  return origin?.isLive === false;
}

function momentsSince(
  since: number,
  { events, fold, last }: TicketHistory,
  configurations: SlaConfigurations,
): Moment[] {
  const told = events.filter((event) => event.recordedAt >= since && !isOwn(event));
  // What was applied before there was a ticket made no deadline of it.
  const first = Math.max(since, events[0]?.recordedAt ?? since);
  const applied = configurations.appliedTo(last.tenant, fold).filter((at) => at >= first);
  return [
    ...told.map(({ recordedAt, flags }) => ({ at: recordedAt, isLive: !flags.includes(IMPORTED) })),
    ...applied.map((at) => ({ at, isLive: false })),
  ].sort((a, b) => a.at - b.at);
}

/** Whether the deadline follows from what was recorded up to an instant. */
function wasKnown(
  { kind, instanceId, at }: Deadline,
  { key, last, events }: TicketHistory,
  configurations: SlaConfigurations,
  instant: number,
): boolean {
  const stored: TicketEvent[] = events.filter(({ recordedAt }) => recordedAt <= instant);
  if (stored.every(isOwn)) return false;
  const { fold } = new TicketHistory(stored);
  const config = configurations.knownAt(instant).configOf(last.tenant, fold);
  if (config.bindings.length === 0) return false;
  const known = deadlinesOf(key, foldSla(fold, config, -Infinity));
  return known.some((one) => one.kind === kind && one.instanceId === instanceId && one.at === at);
}
