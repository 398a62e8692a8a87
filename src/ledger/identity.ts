/** Unique per event: source names hold no slash. */
export function identityOf(source: string, dedupeKey: string): string {
  return `${source}/${dedupeKey}`;
}
