import { type MadeSource } from '../../src/ingress/sources/source-service';
import { PROFILES, type Profile } from '../../src/ingress/profiles';
import { policyOf } from '../../src/ingress/sources/policy';
import { bodyOf } from '../../src/cli/samples/bodies';
import { type Happening } from '../../src/cli/samples/happening';
import { sampleTicket, seededRandom, ticketLife } from '../../src/cli/samples/life';
import { signed } from '../../src/cli/samples/signed';
import { startApp, type TestApp } from '../support/app';
import { freshDatabase } from '../support/database';
import { FlakyProxy } from './support/flaky-proxy';

/** A second of a sender's schedule takes so many milliseconds here. */
const SECOND_MS = 20;
const OUTAGE_MS = 3000;
const LIVES = 12;

interface Told {
  readonly delivered: number;
  readonly discarded: number;
  readonly answers: ReadonlySet<number>;
}

describe('senders with their own retry schedules', () => {
  const database = freshDatabase();
  let app: TestApp;
  let proxy: FlakyProxy;

  beforeAll(async () => {
    const before = await FlakyProxy.before(database.url);
    proxy = before.proxy;
    app = await startApp(before.url);
  });

  afterAll(async () => {
    proxy.comeBack();
    await app.close();
    await proxy.close();
  });

  test('lose nothing and store nothing twice across an outage of the database', async () => {
    const names = ['telegram-crm', 'tg-staff', 'telegram-bot'] as const;
    const senders = await Promise.all(
      names.map(async (profile) => ({
        profile,
        source: await app.addSource({ name: `of-${profile}`, profile }),
      })),
    );
    const outage = (async (): Promise<void> => {
      await sleep(400);
      proxy.goDown();
      await sleep(OUTAGE_MS);
      proxy.comeBack();
    })();
    const told = await Promise.all(
      senders.map(({ profile, source }) => deliver(PROFILES[profile], source, happeningsOf(profile))),
    );
    await outage;
    for (const [index, { profile, source }] of senders.entries()) {
      const [row] = await app.services.db.query<{ n: number; ids: number }>({
        text: 'SELECT count(*) AS n, count(DISTINCT dedupe_key) AS ids FROM es.event WHERE source = $1',
        values: [source.name],
      });
      const result = told[index];
      expect({ profile, discarded: result?.discarded, stored: row?.n, distinct: row?.ids }).toEqual({
        profile,
        discarded: 0,
        stored: result?.delivered,
        distinct: result?.delivered,
      });
    }
    // Whoever met the outage was told to come again, and nothing else.
    expect([...new Set(told.flatMap(({ answers }) => [...answers]))].sort()).toEqual([200, 503]);
  }, 60_000);

  function happeningsOf(profile: Profile['name']): Happening[] {
    const random = seededRandom(profile.length);
    return Array.from({ length: LIVES }, (_, index) =>
      ticketLife(sampleTicket('abcdef01', index + 1, random), Date.now() - 86_400_000, random),
    )
      .flat()
      .filter((happening) => bodyOf(profile, happening, 'x') !== null);
  }

  /** Spread over the outage, each delivery on its own; Telegram's one behind the other. */
  async function deliver(
    profile: Profile,
    source: MadeSource,
    happenings: readonly Happening[],
  ): Promise<Told> {
    const answers = new Set<number>();
    let delivered = 0;
    let discarded = 0;
    const one = async (happening: Happening): Promise<void> => {
      if (await deliverOne(profile, source, happening, answers)) delivered += 1;
      else discarded += 1;
    };
    if (profile.retries?.isSerial === true) for (const happening of happenings) await one(happening);
    else {
      await Promise.all(
        happenings.map(async (happening, index) => {
          await sleep((index * 1500) / happenings.length);
          await one(happening);
        }),
      );
    }
    return { delivered, discarded, answers };
  }

  async function deliverOne(
    profile: Profile,
    source: MadeSource,
    happening: Happening,
    answers: Set<number>,
  ): Promise<boolean> {
    const policy = policyOf(profile.name, {});
    const body = bodyOf(profile.name, happening, source.integrationId);
    if (typeof policy === 'string' || body === null) throw new Error('no such sample');
    const { headers, body: text } = signed(policy, source.secret, body, Date.now());
    const { delaysMs = [], attempts = null } = profile.retries ?? {};
    for (let tried = 1; ; tried++) {
      const response = await fetch(`${app.url}/v1/ingress/${source.key}`, {
        method: 'POST',
        headers,
        body: text,
      });
      answers.add(response.status);
      await response.arrayBuffer();
      if (response.status === 200) return true;
      if (attempts !== null && tried >= attempts) return false;
      const delay = delaysMs[Math.min(tried, delaysMs.length) - 1] ?? 1000;
      await sleep((delay / 1000) * SECOND_MS);
    }
  }
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
