/** Always the same numbers for a seed: a failure must fail again. */
export function numbers(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return state % below;
  };
}

export function shuffled<T>(items: readonly T[], seed: number): [T[], (below: number) => number] {
  const next = numbers(seed);
  const rest = [...items];
  return [items.map(() => rest.splice(next(rest.length), 1)).flat(), next];
}
