const SECOND = 1000;
const REDRAW_MS = 100;
const BAR_WIDTH = 30;

/** One line on stderr that is drawn over itself; silent where nobody looks. */
export class Progress {
  readonly #began = performance.now();
  readonly #isShown = process.stderr.isTTY;
  #shownAt = -Infinity;

  constructor(private readonly unit: string) {}

  show(done: number, total: number): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#shownAt < REDRAW_MS) return;
    this.#shownAt = now;
    const share = total === 0 ? 1 : done / total;
    const full = Math.round(share * BAR_WIDTH);
    const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
    const rate = Math.round((done / Math.max(1, now - this.#began)) * SECOND);
    const percent = String(Math.floor(share * 100)).padStart(3);
    const count = done.toLocaleString('en');
    process.stderr.write(
      `\r${bar} ${percent} %  ${count} ${this.unit}, ${rate.toLocaleString('en')}/s\u001b[K`,
    );
  }

  clear(): void {
    if (this.#shownAt === -Infinity) return;
    this.#shownAt = -Infinity;
    process.stderr.write('\r\u001b[K');
  }
}
