const SECOND = 1000;
const REDRAW_MS = 100;
const BAR_WIDTH = 30;

/** One line on stderr that is drawn over itself; silent where nobody looks. */
export class Progress {
  readonly #began = performance.now();
  readonly #isShown = process.stderr.isTTY;
  #shownAt = -Infinity;

  constructor(private readonly unit: string) {}

  /** How much of the whole is done, from 0 to 1, and how many that were. */
  show(share: number, done: number): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#shownAt < REDRAW_MS) return;
    this.#shownAt = now;
    const full = Math.round(Math.min(1, share) * BAR_WIDTH);
    const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
    const rate = Math.round((done / Math.max(1, now - this.#began)) * SECOND);
    const percent = String(Math.floor(Math.min(1, share) * 100)).padStart(3);
    process.stderr.write(`\r${bar} ${percent} %  ${grouped(done)} ${this.unit}, ${grouped(rate)}/s\u001b[K`);
  }

  clear(): void {
    if (this.#shownAt === -Infinity) return;
    this.#shownAt = -Infinity;
    process.stderr.write('\r\u001b[K');
  }
}

/** 12,345: long numbers are read in groups. */
export function grouped(n: number): string {
  return n.toLocaleString('en');
}
