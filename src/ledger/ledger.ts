import { randomUUID } from 'node:crypto';
import { backoffMs, pause } from '../kernel/backoff';
import { asError, CasetrailError } from '../kernel/errors';
import { nextTurn } from '../kernel/next-turn';
import { type Metric, type MetricSource } from '../platform/http/metrics/metric';
import { type Database } from '../platform/postgres/database';
import { isAboutData, isOutage, isRace, refusal, unavailable } from './append-failure';
import { AppendQueue } from './append-queue';
import { type AppendGroup, appendGroups, type AppendResult } from './append-statement';
import { type Announcement, announcedGroup } from './announcement';
import { Duplicates } from './duplicates';
import { answerStored, naturallyKnown } from './first-answers';
import { HeadCache } from './head-cache';
import { planWithHistory } from './history';
import { type Incoming } from './incoming';
import { LedgerMetrics } from './ledger-metrics';
import { OpenEvents } from './open-events';
import { type Outcome } from './outcome';
import { byTicket, Pending } from './pending';
import { newAttempt, pendingsOf, planBatch, type PlannedGroup, storedOutcome } from './plan';
import { SideTasks } from './side-tasks';

const SWEEP_MS = 100;
const HEADS_KEPT = 50_000;

export interface LedgerOptions {
  readonly lanes: number;
  readonly batchMax: number;
  /** Beyond so many waiting events, or so many bytes of them, append refuses at once with `overloaded`. */
  readonly queueMax: number;
  readonly queueBytesMax: number;
  readonly clock: () => number;
  readonly log: (message: string) => void;
  /** Called after each commit with the lanes that grew, and those that grew by a refused event: wakes the followers. */
  readonly onAppended: (lanes: readonly number[], withRefusals: readonly number[]) => void;
}

/** Looks into some events of one ticket beside the main batch; returns those to be judged again. */
type SideWork = (events: readonly Pending[]) => Promise<readonly Pending[]>;

/**
 * The event store's only writer on this node. Group commit: while one append is in flight the next batch gathers.
 * A promise of `append` resolves after the commit and never before.
 */
export class Ledger implements MetricSource {
  readonly #heads: HeadCache;
  readonly #queue = new AppendQueue();
  readonly #open = new OpenEvents((pending) => this.#enter(pending));
  readonly #sideTasks = new SideTasks(this.#queue, () => this.#wake());
  readonly #stopping = new AbortController();
  readonly #sweeper: NodeJS.Timeout;
  readonly #metrics = new LedgerMetrics();
  readonly #duplicates: Duplicates;
  #pumping: Promise<void> | undefined;
  #failuresInARow = 0;
  #closed = false;

  constructor(
    private readonly db: Database,
    private readonly options: LedgerOptions,
  ) {
    this.#heads = new HeadCache(db, HEADS_KEPT);
    this.#duplicates = new Duplicates(db, options.clock);
    this.#sweeper = setInterval(() => this.#giveUpLate(), SWEEP_MS);
  }

  get depth(): number {
    return this.#open.events;
  }

  get overloaded(): boolean {
    const { events, bytes } = this.#open;
    return events >= this.options.queueMax || bytes >= this.options.queueBytesMax;
  }

  metrics(): readonly Metric[] {
    return this.#metrics.metrics(this.#open, this.#duplicates.total);
  }

  /**
   * Appends one event and answers after the commit. Rejects with `overloaded` (nothing was tried), `append_refused`
   * (PostgreSQL can't hold this event) or `storage_unavailable` (it may be stored all the same).
   */
  append(incoming: Incoming, deadlineAt: number): Promise<Outcome> {
    if (this.#closed || this.overloaded) {
      return Promise.reject(new CasetrailError('overloaded', 'Too many events are waiting to be stored.'));
    }
    return new Promise((resolve, reject) => {
      const answer = (outcome: Outcome): void => {
        if (outcome.kind === 'stored') resolve(outcome);
        else this.#duplicates.count(incoming, deadlineAt).then(() => resolve(outcome), reject);
      };
      this.#open.admit(new Pending(incoming, this.options.lanes, deadlineAt, answer, reject));
    });
  }

  /** What `append` would say of an event that is stored already, without appending it; null: it is not. */
  known(incoming: Incoming, deadlineAt: number): Promise<Outcome | null> {
    return this.#duplicates.find(incoming, deadlineAt);
  }

  /**
   * Appends casetrail's own events of one ticket, computed from its first `revision` events. False when the ticket has moved
   * on: then nothing is written, and whoever follows it computes anew.
   */
  async announce(announcements: readonly Announcement[], revision: number): Promise<boolean> {
    const group = await announcedGroup(this.db, announcements, revision, this.options.lanes);
    if (group === null) return false;
    const [places] = await this.#append(randomUUID(), [group]);
    if (places === null || places === undefined) return false;
    this.options.onAppended([group.lane], []);
    return true;
  }

  /** Takes nothing more and waits for what is under way; what can't be stored within the grace is refused. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    const idle = this.#idle();
    await Promise.race([idle, pause(graceMs, this.#stopping.signal)]);
    // What is committed and about to be answered is answered.
    await nextTurn();
    this.#stopping.abort();
    clearInterval(this.#sweeper);
    this.#open.fail(() => unavailable('casetrail is shutting down'));
    await idle;
  }

  async #idle(): Promise<void> {
    while (this.#pumping !== undefined || !this.#sideTasks.isIdle) {
      await Promise.all([this.#pumping, this.#sideTasks.settled()]);
    }
  }

  #enter(pending: Pending): void {
    if (this.#closed) {
      pending.fail(unavailable('casetrail is shutting down'));
      return;
    }
    this.#queue.push(pending);
    this.#wake();
  }

  #wake(): void {
    if (!this.#queue.isEmpty) this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    // Requests that arrived in the same turn of the event loop share the first append.
    await nextTurn();
    const next = (): Pending[] => this.#queue.take(this.options.batchMax);
    for (let batch = next(); batch.length > 0; batch = next()) await this.#appendBatch(batch);
    await nextTurn();
    this.#pumping = undefined;
    this.#wake();
  }

  /** Never rejects: whatever goes wrong is the answer of the events concerned. */
  async #appendBatch(batch: readonly Pending[]): Promise<void> {
    try {
      await this.#heads.load(batch);
      const plan = planBatch(batch, (key) => this.#heads.get(key) ?? null);
      if (plan.groups.length > 0) await this.#write(plan.groups);
      // Behind the batch, which may hold earlier events of the same tickets.
      for (const waiting of plan.needHistory)
        this.#aside(waiting, (events) => this.#appendWithHistory(events));
    } catch (thrown) {
      if (!isOutage(thrown)) await this.#isolate(batch, asError(thrown));
      else if (await this.#outlast(thrown, batch)) this.#queue.putBack(batch);
    }
  }

  async #write(groups: readonly PlannedGroup[]): Promise<void> {
    const attempt = newAttempt(groups);
    const waiting = groups.flatMap(pendingsOf);
    do {
      try {
        const result = await this.#append(
          attempt,
          groups.map(({ group }) => group),
        );
        this.#settleWritten(groups, result);
        return;
      } catch (thrown) {
        if (isRace(thrown)) {
          for (const events of byTicket(waiting)) this.#aside(events, (same) => this.#lookInto(same));
          return;
        }
        if (!isOutage(thrown)) throw thrown;
        if (!(await this.#outlast(thrown, waiting))) return;
      }
    } while (!this.#stopping.signal.aborted);
  }

  #append(attempt: string, groups: readonly AppendGroup[]): Promise<AppendResult> {
    return this.#metrics.measured(groups, () => appendGroups(this.db, attempt, groups));
  }

  #settleWritten(groups: readonly PlannedGroup[], result: AppendResult): void {
    this.#failuresInARow = 0;
    const grown = new Set<number>();
    const withRefusals = new Set<number>();
    const answers: (() => void)[] = [];
    groups.forEach((planned, index) => {
      const { key, group, waiting } = planned;
      const places = result[index] ?? null;
      if (places === null) {
        this.#metrics.conflicts += 1;
        this.#aside(pendingsOf(planned), (events) => this.#lookInto(events));
        return;
      }
      grown.add(group.lane);
      if (waiting.some(({ judgement }) => judgement.verdict === 'rejected')) withRefusals.add(group.lane);
      if (group.head !== null) this.#heads.set(key, group.head);
      answers.push(() => {
        waiting.forEach(({ pending, judgement }, at) => {
          const place = places[at];
          if (place !== undefined) pending.settle(storedOutcome(pending, judgement, place));
        });
      });
    });
    // The next append leaves first: PostgreSQL works on it while these answers are written.
    setImmediate(() => {
      for (const answer of answers) answer();
      if (grown.size > 0) this.options.onAppended([...grown], [...withRefusals]);
    });
  }

  /** One of these events can't be stored: by halving it is found, and the others are stored without it. */
  async #isolate(events: readonly Pending[], error: Error): Promise<void> {
    const [only] = events;
    if (only !== undefined && events.length === 1) {
      only.fail(refusal(error));
      if (!isAboutData(error)) this.options.log(`event ${only.identity}: ${error.stack ?? error.message}`);
      return;
    }
    const middle = Math.ceil(events.length / 2);
    for (const half of [events.slice(0, middle), events.slice(middle)]) {
      const open = half.filter((pending) => !pending.settled);
      if (open.length > 0) await this.#appendBatch(open);
    }
  }

  /** Waits a while because PostgreSQL is away. False once nobody waits for the outcome any more. */
  async #outlast(thrown: unknown, waiting: readonly Pending[]): Promise<boolean> {
    if (this.#failuresInARow === 0) this.options.log(asError(thrown).message);
    await pause(backoffMs(this.#failuresInARow, 20, 500, Math.random), this.#stopping.signal);
    this.#failuresInARow += 1;
    return !this.#stopping.signal.aborted && waiting.some((pending) => !pending.settled);
  }

  #aside(events: readonly Pending[], work: SideWork): void {
    this.#sideTasks.start(events, () => this.#untilAnswered(events, work));
  }

  async #untilAnswered(events: readonly Pending[], work: SideWork): Promise<readonly Pending[]> {
    do {
      const open = events.filter((pending) => !pending.settled);
      if (open.length === 0) return [];
      try {
        return await work(open);
      } catch (thrown) {
        if (isRace(thrown)) continue;
        if (!isOutage(thrown)) {
          await this.#isolate(open.slice(0, 1), asError(thrown));
          return open.slice(1);
        }
        if (!(await this.#outlast(thrown, open))) return [];
      }
    } while (!this.#stopping.signal.aborted);
    return [];
  }

  /** A refused group: answer what is stored already, fetch the head as it is now, and judge the rest again. */
  async #lookInto(events: readonly Pending[]): Promise<readonly Pending[]> {
    const unanswered = await answerStored(this.db, events);
    for (const pending of unanswered) pending.beginRound();
    const rest = unanswered.filter((pending) => !pending.settled);
    const [first] = rest;
    if (first?.fact === undefined || first.fact === null) return rest;
    await this.#heads.reload([first]);
    for (const pending of await naturallyKnown(this.db, rest)) pending.needsHistory = true;
    return rest;
  }

  /** The first event is judged against the whole history and appended alone; the others follow in the next batch. */
  async #appendWithHistory(events: readonly Pending[]): Promise<readonly Pending[]> {
    const [first, ...others] = events;
    if (first === undefined) return [];
    const planned = await planWithHistory(this.db, first);
    this.#settleWritten([planned], await this.#append(newAttempt([planned]), [planned.group]));
    return others;
  }

  #giveUpLate(): void {
    this.#open.fail(() => unavailable('the event could not be stored in time'), this.options.clock());
    this.#queue.forgetSettled();
  }
}
