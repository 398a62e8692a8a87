type Joined<A, B> = {
  [K in keyof A | keyof B]: K extends keyof B ? B[K] : K extends keyof A ? A[K] : never;
};

/**
 * `fresh`, made for this and known to nobody else, with `more` in it. For what is made for each event: V8 takes a hundred times
 * as long to add properties behind a spread.
 */
export function joined<A extends object, B extends object>(fresh: A, more: B): Joined<A, B>;
export function joined(fresh: object, more: object): object {
  return Object.assign(fresh, more);
}
