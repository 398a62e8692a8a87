import { z } from 'zod';
import { pause } from '../kernel/backoff';
import { type Queryable } from '../platform/postgres/database';
import { type Listener } from '../platform/postgres/listen';
import { LaneWakeups } from './lane-wakeups';

const CHANNEL = 'casetrail_wakeups';
/** NOTIFY serialises commits, so a node sends what gathers meanwhile in one. */
const GAP_MS = 20;
/** How often a node that was alone asks whether it still is. */
const ALONE_MS = 1000;

const NOTIFY = {
  name: 'follower_notify',
  text: `
    SELECT pg_notify($1, $2)
    WHERE EXISTS (SELECT FROM es.follower_node WHERE owner <> $3 AND lease_until > clock_timestamp())`,
} as const;

const hintSchema = z.object({
  node: z.string(),
  lanes: z.array(z.number()),
  withRefusals: z.array(z.number()),
  freed: z.array(z.string()),
});

export interface SharedWakeupsOptions {
  readonly db: Queryable;
  readonly node: string;
  /** Starts to hear what other nodes send; null where this node follows nothing. */
  readonly listen: ((channel: string, hear: (payload: string) => void) => Listener) | null;
}

/** Wake-ups that reach the other nodes too, by NOTIFY outside of any append. A node does not hear itself twice. */
export class SharedWakeups extends LaneWakeups {
  readonly #stopping = new AbortController();
  readonly #lanes = new Set<number>();
  readonly #withRefusals = new Set<number>();
  readonly #freed = new Set<string>();
  #listener: Listener | undefined;
  #sending: Promise<void> | undefined;

  constructor(private readonly options: SharedWakeupsOptions) {
    super();
  }

  start(): void {
    this.#listener = this.options.listen?.(CHANNEL, (payload) => this.#hear(payload));
  }

  override wake(lanes: readonly number[], withRefusals: readonly number[] = []): void {
    super.wake(lanes, withRefusals);
    for (const lane of lanes) this.#lanes.add(lane);
    for (const lane of withRefusals) this.#withRefusals.add(lane);
    this.#sending ??= this.#send();
  }

  override freed(follower: string): void {
    super.freed(follower);
    this.#freed.add(follower);
    this.#sending ??= this.#send();
  }

  /** Sends what has gathered, and hears no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#sending;
    await this.#listener?.stop();
  }

  async #send(): Promise<void> {
    while (this.#lanes.size + this.#freed.size > 0) {
      const hint = {
        node: this.options.node,
        lanes: [...this.#lanes],
        withRefusals: [...this.#withRefusals],
        freed: [...this.#freed],
      };
      this.#lanes.clear();
      this.#withRefusals.clear();
      this.#freed.clear();
      const values = [CHANNEL, JSON.stringify(hint), this.options.node];
      // What could not be sent is found by polling.
      const sent = await this.options.db.query({ ...NOTIFY, values }).catch(() => []);
      await pause(sent.length > 0 ? GAP_MS : ALONE_MS, this.#stopping.signal);
    }
    this.#sending = undefined;
  }

  #hear(payload: string): void {
    const hint = hintSchema.safeParse(parsed(payload));
    if (!hint.success || hint.data.node === this.options.node) return;
    super.wake(hint.data.lanes, hint.data.withRefusals);
    for (const follower of hint.data.freed) super.freed(follower);
  }
}

/** Undefined where it is no JSON: anybody who may connect may NOTIFY. */
function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
