/** Tells the followers of this node what they should look at. Hints only: each follower also polls. */
export class LaneWakeups {
  readonly #onGrown = new Set<(lane: number) => void>();
  readonly #onFreed = new Set<(follower: string) => void>();

  /** These lanes have grown. */
  wake(lanes: readonly number[]): void {
    for (const lane of lanes) for (const listener of this.#onGrown) listener(lane);
  }

  /** A node has given up lanes of this follower. */
  freed(follower: string): void {
    for (const listener of this.#onFreed) listener(follower);
  }

  subscribe(listener: (lane: number) => void): () => void {
    this.#onGrown.add(listener);
    return () => this.#onGrown.delete(listener);
  }

  subscribeFreed(listener: (follower: string) => void): () => void {
    this.#onFreed.add(listener);
    return () => this.#onFreed.delete(listener);
  }
}
