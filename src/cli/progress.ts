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
    const seconds = (now - this.#began) / SECOND;
    const rate = grouped(Math.round(done / Math.max(0.001, seconds)));
    const percent = String(Math.floor(Math.min(1, share) * 100)).padStart(3);
    const left = share > 0.01 && share < 1 ? `, ${spoken((seconds * (1 - share)) / share)} left` : '';
    process.stderr.write(`\r${bar} ${percent} %  ${grouped(done)} ${this.unit}, ${rate}/s${left}\u001b[K`);
  }

  clear(): void {
    if (this.#shownAt === -Infinity) return;
    this.#shownAt = -Infinity;
    process.stderr.write('\r\u001b[K');
  }
}

function spoken(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 12,345: long numbers are read in groups. */
export function grouped(n: number): string {
  return n.toLocaleString('en');
}
