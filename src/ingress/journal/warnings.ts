import { type IngressCounters, type WarningKind } from './ingress-counters';

const EVERY_MS = 60_000;
const REMEMBERED_MAX = 1000;

/** Counts each warning, and says each once a minute: a sender repeats its mistake with every webhook. */
export class Warnings {
  readonly #saidAt = new Map<string, number>();

  constructor(
    private readonly counters: IngressCounters,
    private readonly log: (message: string) => void,
  ) {}

  /** The empty source: it concerns the node itself. */
  warn(source: string, kind: WarningKind, message: string): void {
    this.counters.warned(source, kind);
    const now = Date.now();
    const key = `${source} ${message}`;
    if (now - (this.#saidAt.get(key) ?? -Infinity) < EVERY_MS) return;
    if (this.#saidAt.size >= REMEMBERED_MAX) this.#saidAt.clear();
    this.#saidAt.set(key, now);
    this.log(source === '' ? message : `source ${source}: ${message}`);
  }
}
