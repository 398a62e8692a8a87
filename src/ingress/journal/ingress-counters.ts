/** How often each source got each answer, since the start. The empty name stands for requests of no known source. */
export class IngressCounters {
  readonly #counts = new Map<string, Map<string, number>>();

  count(source: string, code: string): void {
    let counts = this.#counts.get(source);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(source, counts);
    }
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }

  of(source: string): ReadonlyMap<string, number> {
    return this.#counts.get(source) ?? new Map<string, number>();
  }

  entries(): readonly { readonly source: string; readonly code: string; readonly count: number }[] {
    return [...this.#counts].flatMap(([source, counts]) =>
      [...counts].map(([code, count]) => ({ source, code, count })),
    );
  }
}
