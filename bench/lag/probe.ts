import { percentile } from '../support/figures';

const PATIENCE_MS = 30_000;

export interface ProbeFigures {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly seen: number;
}

/** Waits for what was acknowledged to become visible in one place, and notes how long that took. */
export abstract class Probe {
  /** By `lane:position`: when the sender had its answer. */
  protected readonly awaited = new Map<string, number>();
  /** What was seen before its answer was read: the answer took longer than all the rest. */
  readonly #early = new Set<string>();
  readonly #lags: number[] = [];

  abstract readonly name: string;
  abstract close(): Promise<void>;

  expect(lane: number, position: number, at: number): void {
    const place = `${lane}:${position}`;
    if (this.#early.delete(place)) this.#lags.push(0);
    else this.awaited.set(place, at);
  }

  protected see(place: string, isSampled: boolean): void {
    const at = this.awaited.get(place);
    if (at !== undefined) {
      this.awaited.delete(place);
      this.#lags.push(performance.now() - at);
    } else if (isSampled) this.#early.add(place);
  }

  async settled(): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (this.awaited.size > 0 && performance.now() < until) await new Promise((go) => setTimeout(go, 20));
  }

  figures(): ProbeFigures {
    const sorted = Float64Array.from(this.#lags).sort();
    return {
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      max: sorted.at(-1) ?? 0,
      seen: sorted.length,
    };
  }

  faults(): string[] {
    if (this.#lags.length === 0) return [`nothing was seen by ${this.name}`];
    return this.awaited.size === 0 ? [] : [`${this.awaited.size} acknowledged and not seen by ${this.name}`];
  }
}
