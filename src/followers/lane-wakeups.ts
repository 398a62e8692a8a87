type OnGrown = (lane: number, hasRefusals: boolean) => void;

/** Tells the followers of this node what they should look at. Hints only: each follower also polls. */
export class LaneWakeups {
  readonly #onGrown = new Set<OnGrown>();
  readonly #onFreed = new Set<(follower: string) => void>();

  /** These lanes have grown; some of them by an event that the guard refused. */
  wake(lanes: readonly number[], withRefusals: readonly number[] = []): void {
    for (const lane of lanes) {
      for (const listener of this.#onGrown) listener(lane, withRefusals.includes(lane));
    }
  }

  /** A node has given up lanes of this follower. */
  freed(follower: string): void {
    for (const listener of this.#onFreed) listener(follower);
  }

  subscribe(listener: OnGrown): () => void {
    this.#onGrown.add(listener);
    return () => this.#onGrown.delete(listener);
  }

  subscribeFreed(listener: (follower: string) => void): () => void {
    this.#onFreed.add(listener);
    return () => this.#onFreed.delete(listener);
  }
}
