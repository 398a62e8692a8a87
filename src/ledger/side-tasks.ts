import { type AppendQueue } from './append-queue';
import { type Pending } from './pending';

/** Work on single tickets beside the main batch; a ticket's later events are held back until it is done. */
export class SideTasks {
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly queue: AppendQueue,
    private readonly onDone: () => void,
  ) {}

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** `events` are of one ticket, or one event of no ticket. `work` returns those to be judged again; it never rejects. */
  start(events: readonly Pending[], work: () => Promise<readonly Pending[]>): void {
    const [first] = events;
    if (first === undefined) return;
    const ticket = first.fact === null ? undefined : first.incoming.partitionKey;
    if (ticket !== undefined) this.queue.hold(ticket);
    const task = work().then((again) => {
      this.#running.delete(task);
      if (ticket === undefined) this.queue.putBack(again);
      else this.queue.release(ticket, again);
      this.onDone();
    });
    this.#running.add(task);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }
}
