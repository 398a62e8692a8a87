import { type CasetrailError } from '../kernel/errors';
import { outcomeOfCopy } from './outcome';
import { type Pending } from './pending';

/**
 * Everything that waits for its answer, by identity: a second copy of an event waits for the first. What the queue's
 * bounds are held to counts copies too.
 */
export class OpenEvents {
  readonly #byIdentity = new Map<string, Pending>();
  #events = 0;
  #bytes = 0;

  /** `enter` gets each event that is no copy of an open one, and a copy again that its original's end left open. */
  constructor(private readonly enter: (pending: Pending) => void) {}

  get events(): number {
    return this.#events;
  }

  get bytes(): number {
    return this.#bytes;
  }

  admit(pending: Pending): void {
    const twin = this.#byIdentity.get(pending.identity);
    if (twin !== undefined) {
      this.#count(pending, twin);
      twin.onSettled(() => this.#answerCopy(pending, twin));
      return;
    }
    this.#byIdentity.set(pending.identity, pending);
    pending.onSettled(() => this.#byIdentity.delete(pending.identity));
    this.#count(pending, pending);
    this.enter(pending);
  }

  /** All, or those whose time is over. */
  fail(error: () => CasetrailError, now = Infinity): void {
    for (const pending of this.#byIdentity.values()) if (pending.deadlineAt <= now) pending.fail(error());
  }

  /** Where its original failed, or differs from what is stored, a copy goes its own way. */
  #answerCopy(copy: Pending, original: Pending): void {
    const sameContent = copy.incoming.fingerprint === original.incoming.fingerprint;
    const outcome = original.outcome === null ? null : outcomeOfCopy(original.outcome, sameContent);
    if (outcome === null) this.admit(copy);
    else copy.settle(outcome);
  }

  /** A copy is counted until its original is settled, and anew if it then goes its own way. */
  #count({ incoming: { raw } }: Pending, until: Pending): void {
    this.#events += 1;
    this.#bytes += raw.length;
    until.onSettled(() => {
      this.#events -= 1;
      this.#bytes -= raw.length;
    });
  }
}
