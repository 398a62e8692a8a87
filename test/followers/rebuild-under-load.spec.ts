import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { startApp, type TestApp, webhook } from '../support/app';
import { expectPureFold, projectionsOn, rebuildNow } from './support/rebuilding';

const SENDERS = 64;
/** Offered all the while, as far as the machine takes them. */
const PER_SECOND = 1000;
const REBUILDS = 2;
const VIEWS = ['ticket', 'ticket_metrics', 'status_interval', 'message_fact', 'verdict_change'];

jest.setTimeout(180_000);

/** Repeats until it is stopped; the first failure is the result. */
class Repeated {
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(act: () => Promise<void>) {
    this.#running = (async () => {
      while (!this.#stopped) await act();
    })();
    this.#running.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }
}

const AGAIN_AFTER_MS = 100;

describe('rebuilds while webhooks arrive and analysts read', () => {
  const database = freshDatabase();
  let db: Database;
  let analysts: Database;
  let app: TestApp;
  let source: MadeSource;
  let sent = 0;
  let nextAt = 0;

  beforeAll(async () => {
    db = openDatabase({ url: database.url, poolMax: 4, applicationName: 'test' });
    analysts = openDatabase({
      url: database.url,
      poolMax: VIEWS.length,
      applicationName: 'analyst',
      role: 'casetrail_analyst',
    });
    app = await startApp(database.url);
    source = await app.addSource({ name: 'acme', profile: 'telegram-crm', tenant: 'acme' });
  });
  afterAll(async () => {
    await analysts.close();
    await app.close();
    await db.close();
  });

  /** As senders do: what is told to come again comes again. */
  async function send(type: string, data: Record<string, unknown>): Promise<void> {
    const body = JSON.stringify(webhook(source, type, data));
    await turn();
    for (;;) {
      const response = await fetch(`${app.url}/v1/ingress/${source.key}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      if (response.status === 200) return;
      if (response.status !== 503) throw new Error(`${response.status}: ${await response.text()}`);
      await new Promise((again) => setTimeout(again, AGAIN_AFTER_MS));
    }
  }

  /** Evenly over all senders. */
  async function turn(): Promise<void> {
    const now = performance.now();
    nextAt = Math.max(now, nextAt + 1000 / PER_SECOND);
    await new Promise((resolve) => setTimeout(resolve, nextAt - now));
  }

  async function sendTicket(): Promise<void> {
    const ticket_id = `T-${(sent += 1)}`;
    await send('ticket.created', { ticket_id, origin: 'customer', customer: { telegram_user_id: 7 } });
    await send('status.changed', { ticket_id, previous_status: 'open', new_status: 'in_progress' });
    await send('message.received', { ticket_id, message_id: 2, sender: { type: 'agent', agent_id: 'a1' } });
    await send('status.changed', { ticket_id, previous_status: 'in_progress', new_status: 'resolved' });
  }

  /** Never an error, and never fewer rows than before. */
  function reader(view: string): Repeated {
    let seen = 0;
    return new Repeated(async () => {
      const [row] = await analysts.query<{ n: number }>({
        name: `count_${view}`,
        text: `SELECT count(*)::int AS n FROM rpt.${view}`,
      });
      const found = row?.n ?? 0;
      if (found < seen) throw new Error(`rpt.${view}: ${found} rows after ${seen}`);
      seen = found;
    });
  }

  it('end with the rows of a pure fold, and no reader meets an error or misses a row', async () => {
    const senders = Array.from({ length: SENDERS }, () => new Repeated(sendTicket));
    const readers = VIEWS.map(reader);
    for (let n = 0; n < REBUILDS; n++) {
      expect(await rebuildNow(database.url, projectionsOn(db))).toMatchObject({
        isSwapped: true,
        parkedTickets: 0,
      });
    }
    await Promise.all(senders.map((one) => one.stop()));
    await Promise.all(readers.map((one) => one.stop()));
    await expectPureFold(db);
    const [row] = await db.query({ text: 'SELECT count(*)::int AS tickets FROM rpt.ticket' });
    expect(row).toEqual({ tickets: sent });
  });
});
