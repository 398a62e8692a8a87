import { freshDatabase } from '../support/database';
import { created, message } from '../support/events';
import { type Reading, startReading } from './support/reading';

interface Page {
  readonly items: readonly { readonly ticket_id: string }[];
  readonly next: string | null;
}

const BEFORE = Array.from({ length: 60 }, (_, n) => `old-${String(n).padStart(2, '0')}`);

describe('paging while tickets are written', () => {
  const database = freshDatabase();
  let reading: Reading;

  beforeAll(async () => {
    reading = await startReading(database);
    await reading.projected(...BEFORE.map((id, n) => created(id, n)));
  });

  afterAll(() => reading.app.close());

  /** Reads page after page; between any two of them `write` goes on. */
  async function readAll(sort: string, write: (page: number) => Promise<void>): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let n = 0; n === 0 || cursor !== null; n += 1) {
      const at: string = cursor === null ? '' : `&cursor=${cursor}`;
      const [answer] = await Promise.all([
        reading.get(`/v1/tickets?limit=7&sort=${sort}${at}`).expect(200),
        n < 20 ? write(n) : Promise.resolve(),
      ]);
      const { items, next } = answer.body as Page;
      seen.push(...items.map((item) => item.ticket_id));
      cursor = next;
    }
    return seen;
  }

  test.each(['created_at', '-created_at'])(
    'by %s no ticket that was there is missed or comes twice',
    async (sort) => {
      const seen = await readAll(sort, (n) =>
        reading.projected(
          created(`new-${sort}-${n}-before`, n - 100),
          created(`new-${sort}-${n}-among`, n * 3 + 0.5),
          created(`new-${sort}-${n}-behind`, 100 + n),
          message(BEFORE[(n * 7) % BEFORE.length] ?? '', 200 + n, `${sort}-${n}`),
        ),
      );
      expect(new Set(seen).size).toBe(seen.length);
      const order = sort.startsWith('-') ? [...BEFORE].reverse() : BEFORE;
      expect(seen.filter((id) => id.startsWith('old-'))).toEqual(order);
    },
  );

  test('by last_event_at upwards a ticket that moves comes again, and none is missed', async () => {
    const seen = await readAll('last_event_at', (n) =>
      reading.projected(message(BEFORE[(n * 11) % BEFORE.length] ?? '', 500 + n, `moves-${n}`)),
    );
    expect(new Set(seen.filter((id) => id.startsWith('old-')))).toEqual(new Set(BEFORE));
  });
});
