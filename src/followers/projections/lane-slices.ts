import { nextTurn } from '../../kernel/next-turn';
import { readLanes, type StoredEvent } from '../../ledger/reading';
import { type Queryable } from '../../platform/postgres/database';

type Slice = readonly StoredEvent[];
type Slices = ReadonlyMap<number, Slice>;

/** What follows in each lane. An append wakes many lanes at once: those that ask in the same turn share a statement. */
export class LaneSlices {
  #asked = new Map<number, number>();
  #next: Promise<Slices> | undefined;

  constructor(
    private readonly db: Queryable,
    private readonly size: number,
  ) {}

  /** A lane asks again only after its answer. */
  async after(lane: number, position: number): Promise<Slice> {
    this.#asked.set(lane, position);
    const slices = await (this.#next ??= this.#read());
    return slices.get(lane) ?? [];
  }

  async #read(): Promise<Slices> {
    await nextTurn();
    const asked = this.#asked;
    this.#asked = new Map();
    this.#next = undefined;
    const slices = new Map<number, StoredEvent[]>([...asked.keys()].map((lane) => [lane, []]));
    for (const event of await readLanes(this.db, asked, this.size)) slices.get(event.lane)?.push(event);
    return slices;
  }
}
