/** One applied version of a configuration. Versions are only ever added. */
export interface Version<T> {
  /** Counts up in the order of application. */
  readonly version: number;
  /** ms UTC; null: from the beginning, as the first version always is. */
  readonly validFrom: number | null;
  /**
   * Set for an explicit reprocess: it rules from `validFrom` to here whatever was applied before it. Without it a
   * version never reaches back behind the moment it was applied.
   */
  readonly reprocessedUntil?: number | null;
  readonly body: T;
}

/** What rules from `from` to `to`, both ms UTC. */
export interface Reign<T> {
  readonly from: number;
  readonly to: number;
  readonly version: Version<T>;
}

/** Who rules when: by valid_from and, of equals, the one applied last. */
export function reignsOf<T>(versions: readonly Version<T>[]): Reign<T>[] {
  const starts = versions.flatMap((version) => [startOf(version), version.reprocessedUntil ?? -Infinity]);
  const edges = [...new Set([-Infinity, ...starts])].sort((a, b) => a - b);
  const reigns: Reign<T>[] = [];
  edges.forEach((from, index) => {
    const version = rulerAt(versions, from);
    const to = edges[index + 1] ?? Infinity;
    if (version === null) return;
    const last = reigns.at(-1);
    if (last?.version === version && last.to === from) reigns[reigns.length - 1] = { ...last, to };
    else reigns.push({ from, to, version });
  });
  return reigns;
}

export function reignAt<T>(reigns: readonly Reign<T>[], at: number): Reign<T> | null {
  for (let index = reigns.length - 1; index >= 0; index -= 1) {
    const reign = reigns[index];
    if (reign !== undefined && reign.from <= at && at < reign.to) return reign;
  }
  return null;
}

function rulerAt<T>(versions: readonly Version<T>[], at: number): Version<T> | null {
  let ruler: Version<T> | null = null;
  for (const version of versions) {
    if (startOf(version) <= at && (ruler === null || outranks(version, ruler, at))) ruler = version;
  }
  return ruler;
}

function outranks<T>(a: Version<T>, b: Version<T>, at: number): boolean {
  const [aReprocesses, bReprocesses] = [isReprocessing(a, at), isReprocessing(b, at)];
  if (aReprocesses !== bReprocesses) return aReprocesses;
  const byStart = aReprocesses ? 0 : startOf(a) - startOf(b);
  return byStart === 0 || Number.isNaN(byStart) ? a.version > b.version : byStart > 0;
}

function isReprocessing<T>({ reprocessedUntil }: Version<T>, at: number): boolean {
  return reprocessedUntil !== undefined && reprocessedUntil !== null && at < reprocessedUntil;
}

function startOf<T>({ validFrom }: Version<T>): number {
  return validFrom ?? -Infinity;
}
