import { type Pending } from './pending';

/** How much waits for an answer, copies of an event that is under way included: what the queue's bounds are held to. */
export class Backlog {
  events = 0;
  bytes = 0;

  /** A copy waits until the event that it repeats is settled, and is counted anew if it then goes its own way. */
  count({ incoming: { raw } }: Pending, until: Pending): void {
    this.events += 1;
    this.bytes += raw.length;
    until.onSettled(() => {
      this.events -= 1;
      this.bytes -= raw.length;
    });
  }
}
