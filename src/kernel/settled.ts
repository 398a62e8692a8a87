/** Waits for all of them whatever becomes of one, then fails with the first failure: nothing is left at work behind it. */
export async function settled<T extends readonly unknown[]>(
  ...promises: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
