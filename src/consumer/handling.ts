import { type KafkaMessage } from 'kafkajs';
import { type Bookmark } from './bookmark';
import { type TicketEvent } from './ticket-events';

export interface EventContext {
  /** With a store of your own: save it in the transaction that the event takes effect in. */
  readonly bookmark: Bookmark;
  /** What the store should hold now; compare and set keeps a member out that lost the partition and does not know yet. */
  readonly previous: Bookmark | null;
  /** A copy that somebody asked for; only with `versionOf`, and only when it is above what you have. */
  readonly isReplay: boolean;
  /** 1 at the first try. */
  readonly attempt: number;
}

export type Handler = (event: TicketEvent, context: EventContext) => Promise<void> | void;

const FIRST_PAUSE_MS = 100;
const PAUSE_MAX_MS = 10_000;

export interface Tries {
  readonly handle: Handler;
  /** After so many tries at an error that is poison. Any other is tried again for ever. */
  readonly attempts: number;
  readonly isPoison: (error: unknown) => boolean;
  readonly heartbeat: () => Promise<void>;
  readonly isStopping: () => boolean;
}

export type Handled =
  | { readonly kind: 'done' }
  /** Told to stop between two tries. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: unknown; readonly attempts: number };

export async function tryToHandle(
  message: KafkaMessage,
  context: Omit<EventContext, 'attempt'>,
  tries: Tries,
): Promise<Handled> {
  const event = parsed(message);
  if (event instanceof Error) return { kind: 'failed', error: event, attempts: 0 };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await tries.handle(event, { ...context, attempt });
      return { kind: 'done' };
    } catch (error) {
      if (tries.isPoison(error) && attempt >= tries.attempts)
        return { kind: 'failed', error, attempts: attempt };
    }
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), PAUSE_MAX_MS), tries);
    if (tries.isStopping()) return { kind: 'stopped' };
  }
}

function parsed({ value }: KafkaMessage): TicketEvent | Error {
  try {
    const event: unknown = JSON.parse(String(value));
    const isEvent = typeof event === 'object' && event !== null && 'type' in event && 'data' in event;
    return isEvent ? (event as TicketEvent) : new Error('the value is no CloudEvent');
  } catch (thrown) {
    return thrown as Error;
  }
}

/** In short steps: the group must see that this member lives, and a stop must not wait. */
async function pause(ms: number, { heartbeat, isStopping }: Tries): Promise<void> {
  const until = Date.now() + ms;
  while (Date.now() < until && !isStopping()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(FIRST_PAUSE_MS, ms)));
    await heartbeat();
  }
}
