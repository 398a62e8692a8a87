/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** `sorted` ascending; share between 0 and 1. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Left-aligned names, right-aligned numbers. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const lines = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    print(cells.join('  '));
  }
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What happens meanwhile; the figures alone go to stdout. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export interface Result {
  readonly bench: string;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly ratios: Readonly<Record<string, number>>;
  /** What is wrong with what was stored; empty = every acknowledged event is there, once. */
  readonly faults: readonly string[];
}

/** The last line of every benchmark. A wrong result fails it, however fast. */
export function conclude({ bench, figures, ratios, faults }: Result): void {
  for (const fault of faults) print(`ORACLE: ${fault}`);
  const oracle = faults.length === 0 ? 'ok' : 'failed';
  print(JSON.stringify({ bench, figures, ratios, oracle }));
  if (faults.length > 0) process.exitCode = 1;
}
