/** Tells the followers of this node that lanes have grown. A hint only: each follower also polls. */
export class LaneWakeups {
  readonly #listeners = new Set<(lane: number) => void>();

  wake(lanes: readonly number[]): void {
    for (const lane of lanes) for (const listener of this.#listeners) listener(lane);
  }

  subscribe(listener: (lane: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
