import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeliveryJournal } from '../../src/ingress/journal/delivery-journal';
import { type Delivery } from '../../src/ingress/journal/delivery';
import { Housekeeping } from '../../src/ingress/journal/housekeeping';
import { IngressCounters } from '../../src/ingress/journal/ingress-counters';
import { Warnings } from '../../src/ingress/journal/warnings';
import { newReceiptId } from '../../src/ingress/receipt';
import { SourceRegistry } from '../../src/ingress/sources/source-registry';
import { type SourceService } from '../../src/ingress/sources/source-service';
import { SecretBox } from '../../src/kernel/secret-box';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { type Json, SECRETS_KEY, startApp, type TestApp } from '../support/app';
import { freshDatabase } from '../support/database';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const CERTIFICATE = join(__dirname, 'tls', 'server.pem');

describe('the upkeep of the ingress', () => {
  const database = freshDatabase();
  let db: Database;
  let registry: SourceRegistry;

  beforeAll(() => {
    db = openDatabase({
      url: database.url,
      role: 'casetrail_app',
      poolMax: 2,
      applicationName: 'test-upkeep',
    });
    registry = new SourceRegistry(db, new SecretBox(SECRETS_KEY), () => undefined);
  });

  afterAll(() => db.close());

  /** One that has run for a while: it keeps what it said, and its clock is ours. */
  function housekeeping(certificateFiles: readonly string[] = []): {
    said: string[];
    counters: IngressCounters;
    turnAt: (now: number) => Promise<void>;
  } {
    let now = 0;
    const said: string[] = [];
    const counters = new IngressCounters();
    const log = (message: string): void => void said.push(message);
    const warnings = new Warnings(counters, log);
    const keeper = new Housekeeping({
      db,
      sources: registry,
      warnings,
      retentionDays: 30,
      certificateFiles,
      clock: () => now,
      log,
    });
    return { said, counters, turnAt: (instant) => ((now = instant), keeper.turn()) };
  }

  describe('warns of what will expire', () => {
    const end = Date.parse('2090-06-30T12:00:00Z');
    let app: TestApp;
    let sources: SourceService;

    beforeAll(async () => {
      app = await startApp(database.url);
      sources = app.services.sources;
      await app.addSource({ name: 'ending', profile: 'tg-staff' });
      await sources.rotate('ending', 0, undefined, { notAfter: new Date(end) });
      await sources.addToken('ending', { label: 'short', scopes: null, notAfter: new Date(end + DAY) });
      await app.addSource({ name: 'gone', profile: 'tg-staff' });
      await sources.addToken('gone', { label: 'any', scopes: null, notAfter: new Date(end) });
      await sources.change('gone', 'retire');
      await registry.refresh();
    });

    afterAll(() => app.close());

    test('14, 3 and 1 days before, each once, and never of a retired source', async () => {
      const { said, counters, turnAt } = housekeeping();
      await turnAt(end - 15 * DAY - HOUR);
      expect(said).toEqual([]);
      for (const daysBefore of [14, 13, 4, 3, 2]) await turnAt(end - daysBefore * DAY);
      await turnAt(end - HOUR);
      await turnAt(end - HOUR);
      const of = (key: string): string[] =>
        said
          .filter((text) => text.includes(`key ${key} `))
          .map((text) => /within \d+ days?/.exec(text)?.[0] ?? '');
      expect(of('k_2')).toEqual(['within 14 days', 'within 3 days', 'within 1 day']);
      expect(of('t_1')).toEqual(['within 14 days', 'within 3 days']);
      expect(said.every((text) => text.startsWith('source ending: '))).toBe(true);
      const [counted] = counters.metrics().filter(({ name }) => name === 'casetrail_warnings_total');
      expect(counted?.samples).toEqual([{ labels: { source: 'ending', kind: 'key_expiry' }, value: 5 }]);
    });

    test('its own certificates too', async () => {
      const { validTo } = new X509Certificate(readFileSync(CERTIFICATE));
      const { said, turnAt } = housekeeping([CERTIFICATE]);
      await turnAt(Date.parse(validTo) - 15 * DAY);
      expect(said).toEqual([]);
      await turnAt(Date.parse(validTo) - 2 * DAY);
      expect(said).toHaveLength(1);
      expect(said[0]).toContain('expires within 3 days');
      expect(said[0]).toContain(CERTIFICATE);
    });
  });

  describe('the delivery journal', () => {
    const noon = Date.parse('2026-03-01T12:00:00Z');

    function delivery(receivedAt: number, more: Partial<Delivery> = {}): Delivery {
      return {
        receiptId: newReceiptId(receivedAt),
        source: 'journaled',
        receivedAt,
        status: 401,
        code: 'signature_invalid',
        detail: null,
        latencyMs: 1,
        bodyBytes: 2,
        wireBytes: 2,
        body: Buffer.from('{}'),
        keyId: null,
        clientIp: '192.0.2.1',
        eventId: null,
        isAuthentic: false,
        examine: null,
        ...more,
      };
    }

    async function kept(): Promise<Json[]> {
      return db.query<Json>({
        text: `SELECT source, code, count(*) AS n FROM app.delivery GROUP BY source, code ORDER BY source, code`,
      });
    }

    beforeEach(() => db.query({ text: 'DELETE FROM app.delivery' }));

    test('keeps a sample of a flood that proves nobody, by source and second, and all that is authentic', async () => {
      const journal = new DeliveryJournal({ db, log: () => undefined });
      for (let n = 0; n < 500; n++) {
        journal.note(delivery(noon + n));
        journal.note(delivery(noon + n, { isAuthentic: true, status: 200, code: 'duplicate' }));
      }
      for (let n = 0; n < 5; n++) journal.note(delivery(noon + 500 + n, { source: 'quiet' }));
      for (let n = 0; n < 500; n++) journal.note(delivery(noon + 1000 + n));
      await journal.flush();
      expect(await kept()).toEqual([
        { source: 'journaled', code: 'duplicate', n: 500 },
        { source: 'journaled', code: 'signature_invalid', n: 40 },
        { source: 'quiet', code: 'signature_invalid', n: 5 },
      ]);
      expect(journal.dropped).toBe(960);
    });

    test('looks for what would have matched in few of a flood', async () => {
      const journal = new DeliveryJournal({ db, log: () => undefined });
      let examined = 0;
      const examine = (): readonly string[] => [`finding ${(examined += 1)}`];
      for (let n = 0; n < 15; n++) journal.note(delivery(noon, { examine }));
      await journal.flush();
      expect(examined).toBe(10);
      journal.note(delivery(noon + 1000, { examine }));
      await journal.flush();
      expect(examined).toBe(11);
    });

    test('writes every row and every use of a key, whatever becomes of an examination', async () => {
      const said: string[] = [];
      const journal = new DeliveryJournal({ db, log: (message) => void said.push(message) });
      const examine = (): never => {
        throw new RangeError('Maximum call stack size exceeded');
      };
      journal.note(delivery(noon, { code: 'before' }));
      journal.note(delivery(noon, { code: 'failing', examine }));
      journal.note(delivery(noon, { code: 'behind', examine: () => ['a finding'] }));
      journal.noteUse('journaled', 'k_1', noon);
      await journal.flush();
      const rows = await db.query<Json>({ text: 'SELECT code, findings FROM app.delivery ORDER BY code' });
      expect(rows).toEqual([
        { code: 'before', findings: null },
        { code: 'behind', findings: ['a finding'] },
        { code: 'failing', findings: null },
      ]);
      expect(await db.query({ text: `SELECT key_id FROM app.key_use WHERE source = 'journaled'` })).toEqual([
        { key_id: 'k_1' },
      ]);
      expect(said).toEqual([expect.stringContaining('Maximum call stack size exceeded')]);
    });

    test('examines a delivery once, however often its row is tried', async () => {
      const journal = new DeliveryJournal({ db, log: () => undefined });
      let examined = 0;
      const examine = (): readonly string[] => [`finding ${(examined += 1)}`];
      for (let n = 0; n < 8; n++) journal.note(delivery(noon, { examine }));
      journal.note(delivery(noon, { eventId: 'what no column of ids can hold' }));
      await journal.flush();
      expect(await kept()).toEqual([{ source: 'journaled', code: 'signature_invalid', n: 8 }]);
      expect(examined).toBe(8);
    });

    test('forgets what is older than its retention, however much it is, and nothing else', async () => {
      const old = noon - 31 * DAY;
      await db.query({
        text: `
          INSERT INTO app.delivery (receipt_id, source, received_at, status, code, latency_ms, body_bytes, wire_bytes, client_ip)
          SELECT gen_random_uuid(), 'journaled', to_timestamp($1 / 1000.0), 401, 'old', 1, 0, 0, '' FROM generate_series(1, 10001)`,
        values: [old],
      });
      const journal = new DeliveryJournal({ db, log: () => undefined });
      journal.note(delivery(noon - 30 * DAY, { code: 'kept' }));
      journal.note(delivery(noon - 30 * DAY - 1, { code: 'old' }));
      await journal.flush();
      await housekeeping().turnAt(noon);
      expect(await kept()).toEqual([{ source: 'journaled', code: 'kept', n: 1 }]);
    });
  });
});
