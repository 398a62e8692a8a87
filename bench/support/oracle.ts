import { type Database } from '../../src/platform/postgres/database';

const EXAMPLES = 3;

const LANES = `
  SELECT e.lane, count(*) AS events, min(e.position) AS first, max(e.position) AS last,
         (SELECT count(*) FROM es.content c WHERE c.lane = e.lane) AS contents,
         (SELECT sum(a.last_position - a.first_position + 1) FROM es.append a WHERE a.lane = e.lane)::bigint AS appended
  FROM es.event e GROUP BY e.lane`;

/** Every acknowledged event is stored once, and nothing is stored that was never sent. `ids` selects column id. */
export async function storedFaults(
  db: Database,
  ids: string,
  acknowledged: ReadonlySet<string>,
  sent: ReadonlySet<string>,
): Promise<string[]> {
  const stored = new Map<string, number>();
  for (const { id } of await db.query<{ id: string }>({ text: ids }))
    stored.set(id, (stored.get(id) ?? 0) + 1);
  const lost = [...acknowledged].filter((id) => !stored.has(id));
  const doubled = [...stored].filter(([, count]) => count > 1).map(([id]) => id);
  const invented = [...stored.keys()].filter((id) => !sent.has(id));
  return [
    ...some(lost, 'acknowledged and not stored'),
    ...some(doubled, 'stored more than once'),
    ...some(invented, 'stored and never sent'),
  ];
}

/** Positions 1, 2, 3 … in every lane, each with its content and in exactly one append. */
export async function laneFaults(db: Database): Promise<string[]> {
  const lanes = await db.query<
    Record<'lane' | 'events' | 'first' | 'last' | 'contents' | 'appended', number>
  >({
    text: LANES,
  });
  return lanes.flatMap(({ lane, events, first, last, contents, appended }) => {
    const isGapless = first === 1 && last === events && contents === events && appended === events;
    return isGapless
      ? []
      : [
          `lane ${lane}: ${events} events in positions ${first} to ${last}, ${contents} contents, ${appended} appended`,
        ];
  });
}

function some(ids: readonly string[], what: string): string[] {
  return ids.length === 0 ? [] : [`${ids.length} ${what}: ${ids.slice(0, EXAMPLES).join(', ')} …`];
}
