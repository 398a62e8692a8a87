import { foldSla } from '../../domain/sla/fold-sla';
import { TicketHistory } from '../../followers/projections/ticket-history';
import { IMPORTED, isOwn } from '../../ledger/reading';
import { type SlaConfigurations } from '../sla-configurations';
import { type Deadline, deadlinesOf } from './deadline';

/** When we learned something that a deadline may follow from. */
interface Moment {
  readonly at: number;
  /** A sender told us there and then, and not a file of history or a change of configuration. */
  readonly isLive: boolean;
}

/** Moments of one kind that came one behind the other. */
interface Stretch {
  readonly isLive: boolean;
  readonly from: number;
  to: number;
}

/**
 * A deadline that lay in the past when it came to be is announced only if a sender's own event brought it, however late:
 * what an import or a change of configuration finds in the past is nobody's news any more. It came to be in the first stretch
 * of what we learned (by recorded_at: events, and versions of the configuration) from whose end on the fold has it: so the
 * ticket is folded once a stretch, of which there are few, and not once for each deadline and event.
 */
export class Silence {
  #stretches: readonly Stretch[] | undefined;
  readonly #known = new Map<number, ReadonlySet<string>>();

  constructor(
    private readonly history: TicketHistory,
    private readonly configurations: SlaConfigurations,
  ) {}

  covers(deadline: Deadline): boolean {
    const { at } = deadline;
    const { history, configurations } = this;
    if (at > Math.max(history.last.recordedAt, configurations.latestAt)) return false;
    const stretches = (this.#stretches ??= stretchesOf(momentsOf(history, configurations)));
    if (stretches.every(({ isLive, to }) => isLive || to < at)) return false;
    // At the end of the last one the ticket is as it is now.
    const before = stretches.slice(0, -1).findLastIndex(({ to }) => !this.#isKnown(deadline, to));
    const origin = stretches[before + 1];
    if (origin === undefined || origin.isLive || origin.to < at) return false;
    return at <= origin.from || !this.#isKnown(deadline, at - 1);
  }

  /** Whether the deadline follows from what was recorded up to an instant. */
  #isKnown(deadline: Deadline, instant: number): boolean {
    const known = this.#known.get(instant) ?? this.#knownAt(instant);
    this.#known.set(instant, known);
    return known.has(nameOf(deadline));
  }

  #knownAt(instant: number): ReadonlySet<string> {
    const { key, last, events } = this.history;
    const stored = events.filter(({ recordedAt }) => recordedAt <= instant);
    if (stored.every(isOwn)) return new Set();
    const { fold } = new TicketHistory(stored);
    const config = this.configurations.knownAt(instant).configOf(last.tenant, fold);
    if (config.bindings.length === 0) return new Set();
    return new Set(deadlinesOf(key, foldSla(fold, config, -Infinity)).map(nameOf));
  }
}

function nameOf({ kind, instanceId, at }: Deadline): string {
  return `${kind} ${instanceId} ${at}`;
}

function momentsOf({ events, fold, last }: TicketHistory, configurations: SlaConfigurations): Moment[] {
  const told = events.filter((event) => !isOwn(event));
  // What was applied before there was a ticket made no deadline of it.
  const first = events[0]?.recordedAt ?? 0;
  const applied = configurations.appliedTo(last.tenant, fold).filter((at) => at >= first);
  return [
    ...told.map(({ recordedAt, flags }) => ({ at: recordedAt, isLive: !flags.includes(IMPORTED) })),
    ...applied.map((at) => ({ at, isLive: false })),
  ].sort((a, b) => a.at - b.at);
}

function stretchesOf(moments: readonly Moment[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { at, isLive } of moments) {
    const last = stretches.at(-1);
    if (last?.isLive === isLive) last.to = at;
    else stretches.push({ isLive, from: at, to: at });
  }
  return stretches;
}
