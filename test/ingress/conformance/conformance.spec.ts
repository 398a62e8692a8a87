import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN_TOKEN, startApp } from '../../support/app';
import { freshDatabase } from '../../support/database';
import { cellsOf, coveragePage, reasonFor } from './coverage';
import { makeVectors } from './make-vectors';
import { type Outcome, runVectors } from './run-vectors';
import { FIXED } from './senders';
import { type Vector } from './vector';

const PROFILES = [
  'telegram-crm',
  'telegram-crm-flat',
  'tg-staff',
  'telegram-bot',
  'standard-webhooks',
  'generic',
];

function committed(profile: string): Vector[] {
  return JSON.parse(readFileSync(join(__dirname, `${profile}.json`), 'utf8')) as Vector[];
}

describe('the check table, by vectors', () => {
  const database = freshDatabase();
  const outcomes = new Map<string, readonly Outcome[]>();

  async function runAll(profiles: readonly string[]): Promise<void> {
    const app = await startApp(database.url, { TRUSTED_PROXIES: '127.0.0.1,::1' });
    try {
      const target = { url: app.url, adminToken: ADMIN_TOKEN };
      await Promise.all(
        profiles.map(async (one) => outcomes.set(one, await runVectors(target, committed(one)))),
      );
    } finally {
      await app.close();
    }
  }

  // Side by side: some senders take ten seconds for a body that never ends.
  beforeAll(async () => {
    const isTimed = (profile: string): boolean => committed(profile).some(({ clock }) => clock !== undefined);
    await runAll(PROFILES.filter((profile) => !isTimed(profile)));
    // Only what the clock shows: timers run on.
    jest.useFakeTimers({ now: FIXED.at, doNotFake: ALL_BUT_DATE });
    await runAll(PROFILES.filter(isTimed)).finally(() => jest.useRealTimers());
  }, 240_000);

  test.each(PROFILES)('holds for %s', (profile) => {
    const found = outcomes.get(profile) ?? [];
    expect(found).toHaveLength(committed(profile).length);
    const faulty = found.filter(({ faults }) => faults.length > 0);
    expect(
      faulty.map(({ vector, faults }) => `row ${vector.row}, ${vector.name}: ${faults.join('; ')}`),
    ).toEqual([]);
  });

  test('is covered row by row in each profile, and where it is not, that has a reason', () => {
    const vectors = new Map(PROFILES.map((profile) => [profile, committed(profile)]));
    const bare = cellsOf(vectors).filter((cell) => cell.vectors === 0);
    expect(bare.filter(({ profile, row }) => reasonFor(profile, row) === null)).toEqual([]);
    const reasoned = cellsOf(vectors).filter(({ profile, row }) => reasonFor(profile, row) !== null);
    expect(reasoned).toEqual(bare);
    expect(readFileSync(join(__dirname, 'coverage.md'), 'utf8')).toBe(coveragePage(vectors));
  });

  test('has vectors that are those of the generator', () => {
    const made = makeVectors();
    const all = PROFILES.flatMap(committed);
    expect(all.length).toBeGreaterThanOrEqual(300);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    // gzip may be written otherwise by another zlib.
    const comparable = (vectors: readonly Vector[]): unknown[] =>
      vectors.filter(({ request }) => request.headers['content-encoding'] !== 'gzip');
    for (const profile of PROFILES) {
      const fresh = JSON.parse(JSON.stringify(made.get(profile))) as Vector[];
      expect(comparable(committed(profile))).toEqual(comparable(fresh));
    }
  });
});

const ALL_BUT_DATE = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const satisfies readonly string[] as never;
