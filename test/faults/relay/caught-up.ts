import { pause } from '../../../src/kernel/backoff';
import { type Database } from '../../../src/platform/postgres/database';

const LOOK_MS = 250;

const BEHIND = `
  SELECT f.name, f.lane, f.position, f.error, max(a.last_position) AS head
  FROM es.follower f JOIN es.append a ON a.lane = f.lane
  GROUP BY f.name, f.lane HAVING f.position < max(a.last_position)`;

/** Projections and relays at the end of every lane; or what is still behind when the patience ends. */
export async function caughtUp(db: Database, patienceMs: number): Promise<string[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const behind = await db
      .query<Record<'name' | 'lane' | 'position' | 'error' | 'head', string>>({ text: BEHIND })
      .catch(() => undefined);
    if (behind?.length === 0) return [];
    if (Date.now() > deadline) {
      return (behind ?? []).map(
        ({ name, lane, position, head, error }) =>
          `${name} lane ${lane} stays at ${position} of ${head}: ${error}`,
      );
    }
    await pause(LOOK_MS);
  }
}
