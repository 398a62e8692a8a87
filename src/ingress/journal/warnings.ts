import { type IngressCounters } from './ingress-counters';

const EVERY_MS = 60_000;
const REMEMBERED_MAX = 1000;

/** Counts each warning, and says each once a minute: a sender repeats its mistake with every webhook. */
export class Warnings {
  readonly #saidAt = new Map<string, number>();

  constructor(
    private readonly counters: IngressCounters,
    private readonly log: (message: string) => void,
  ) {}

  warn(source: string, kind: 'payload' | 'conflict' | 'legacy_sha1' | 'key_expiry', message: string): void {
    this.counters.count(source, `warning_${kind}`);
    const now = Date.now();
    const key = `${source} ${message}`;
    if (now - (this.#saidAt.get(key) ?? -Infinity) < EVERY_MS) return;
    if (this.#saidAt.size >= REMEMBERED_MAX) this.#saidAt.clear();
    this.#saidAt.set(key, now);
    this.log(`source ${source}: ${message}`);
  }
}
