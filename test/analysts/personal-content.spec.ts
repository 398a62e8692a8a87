import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSample, sampleNames } from '../../src/cli/samples/corpus';
import { fresh } from '../../src/cli/samples/fresh';
import { type Body } from '../../src/cli/samples/happening';
import { PROFILE_NAMES, type ProfileName } from '../../src/ingress/profiles';
import { profileSettings } from '../../src/ingress/profiles/settings';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { startApp, type TestApp } from '../support/app';
import { freshDatabase } from '../support/database';
import { caughtUp, deliver, sourceOf } from './support/desk';

const SAMPLES = join(__dirname, '../../samples');
const MARKS = 'zzqx|4915555';
/** Fields in which a sender writes of a person, or what a person wrote. */
const PERSONAL = new Set([
  ...[
    'text',
    'message_text',
    'body',
    'caption',
    'description',
    'comment',
    'title',
    'name',
    'resolution_note',
  ],
  ...['username', 'first_name', 'last_name', 'login', 'file_id', 'file_unique_id', 'fbclid', 'plan'],
]);
/** What no profile knows, in every object: passed on, it would be anything. */
const UNHEARD_OF = 'shoe_size';

/** A payload with a mark that is found again in every field that may name a person. */
class Marking {
  count = 0;

  mark(value: unknown, key = ''): unknown {
    if (Array.isArray(value)) return value.map((item) => this.mark(item, key));
    if (typeof value === 'object' && value !== null) {
      const marked = Object.entries(value).map(([name, item]) => [name, this.mark(item, name)] as const);
      return { ...Object.fromEntries(marked), [UNHEARD_OF]: this.#next() };
    }
    return typeof value === 'string' ? this.#marked(key, value) : value;
  }

  #marked(key: string, value: string): string {
    switch (key) {
      case 'email':
        return `${this.#next()}@example.org`;
      case 'contact_phone':
        return `+4915555${String((this.count += 1)).padStart(6, '0')}`;
      case 'file_url':
        return `https://files.example.org/${this.#next()}.jpg`;
      case 'referrer':
      case 'source_url':
        return `${value}&email=${this.#next()}`;
      default:
        // The code behind /start names an advertisement, and is counted.
        return PERSONAL.has(key) && !value.startsWith('/start') ? `Zoe ${this.#next()} Zander` : value;
    }
  }

  #next(): string {
    this.count += 1;
    return `zzqx${this.count}`;
  }
}

function settingsOf(profile: ProfileName): unknown {
  if (profile !== 'generic' && profile !== 'telegram-bot') return {};
  return JSON.parse(readFileSync(join(SAMPLES, profile, 'settings.json'), 'utf8'));
}

describe('personal content in every field of every profile', () => {
  const database = freshDatabase();
  const marking = new Marking();
  let app: TestApp;
  let db: Database;

  beforeAll(async () => {
    app = await startApp(database.url);
    db = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test' });
    for (const profile of PROFILE_NAMES) await sendSamples(profile);
    await caughtUp(db);
  });
  afterAll(() => Promise.all([db.close(), app.close()]));

  async function sendSamples(profile: ProfileName): Promise<void> {
    await app.addSource({ name: profile, profile, settings: profileSettings.parse(settingsOf(profile)) });
    const source = await sourceOf(app, profile);
    const { integrationId } = source;
    for (const name of sampleNames(profile)) {
      const sample = readSample(profile, name);
      const body = fresh(sample, { now: Date.now(), run: '0badcafe', integrationId, environment: null });
      const answer = await deliver(app, source, marking.mark(body) as Body);
      expect({ profile, name, code: answer.code }).not.toMatchObject({ code: 'quarantined' });
    }
  }

  /** Tables and views of a schema in which a mark is found, in any column. */
  async function marked(schema: string): Promise<readonly string[]> {
    const relations = await db.query<{ name: string }>({
      text: `SELECT oid::regclass::text AS name FROM pg_class
             WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'v') ORDER BY 1`,
      values: [schema],
    });
    const found: string[] = [];
    for (const { name } of relations) {
      const text = `SELECT FROM ${name} v WHERE to_jsonb(v)::text ~* $1 LIMIT 1`;
      if ((await db.query({ text, values: [MARKS] })).length > 0) found.push(name);
    }
    return found;
  }

  it('is kept, apart from the log', async () => {
    const [kept] = await db.query<{ marks: number }>({
      text: `SELECT count(DISTINCT mark)::int AS marks FROM es.content,
             regexp_matches(convert_from(raw, 'UTF8'), '(?:zzqx|4915555)\\d+', 'g') mark`,
    });
    expect(marking.count).toBeGreaterThan(300);
    expect(kept?.marks).toBeGreaterThan(0.9 * marking.count);
    expect(await marked('es')).toEqual(['es.content']);
  });

  it('is in no column of any view', async () => {
    const [tickets] = await db.query<{ n: number }>({ text: 'SELECT count(*)::int AS n FROM rpt.ticket' });
    expect(tickets?.n).toBeGreaterThan(10);
    expect(await marked('rpt')).toEqual([]);
  });
});
