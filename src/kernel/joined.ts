/**
 * `fresh`, made for this and known to nobody else, with `more` in it. For what is made for each event: V8 takes a hundred times
 * as long to add a property behind a spread.
 */
export function joined<A extends object, B extends object>(fresh: A, more: B): A & B {
  return Object.assign(fresh, more);
}
