import { seededRandom } from './life';

export interface Disorder {
  /** From 0 to 1: how many come twice, how many late. */
  readonly twice: number;
  readonly late: number;
  readonly isShuffled: boolean;
}

/** A repetition comes so many places behind the first at most. */
const REPEATED_WITHIN = 50;

/** Some twice, some late, or all of them in any order. */
export function disordered<T>(
  items: readonly T[],
  { twice, late, isShuffled }: Disorder,
  seed: number,
): readonly T[] {
  const random = seededRandom(seed + 1);
  const placed = items.flatMap((item, index) => {
    const isLate = isShuffled || random() < late;
    const place = (isShuffled ? 0 : index) + (isLate ? random() * items.length : 0);
    const first = { item, place };
    return random() < twice ? [first, { item, place: place + 1 + random() * REPEATED_WITHIN }] : [first];
  });
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item);
}
