/** When all that is ready now has run: what was asked in one turn of the event loop can then be done at once. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
