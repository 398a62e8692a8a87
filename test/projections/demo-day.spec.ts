import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freePort } from '../../src/platform/runtime/ports';
import { SecretBox } from '../../src/kernel/secret-box';
import { temporaryDataDir } from '../support/cluster';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { type Node, runCommand, startNode } from '../support/node';
import { compareRows } from './support/oracle';

const CATCH_UP_MS = 60_000;
const TICKETS = 60;
const PATIENCE_MS = 180_000;

jest.setTimeout(PATIENCE_MS);

/** Two nodes on one database, each with a data directory and a port of its own. */
interface Place {
  readonly env: Readonly<Record<string, string>>;
}

describe('the tables after a demo day', () => {
  const database = freshDatabase();
  let db: Database;
  let places: readonly Place[];
  const nodes: Node[] = [];

  beforeAll(async () => {
    db = openDatabase({ url: database.url, poolMax: 4, applicationName: 'test' });
    const shared = {
      DATABASE_URL: database.url,
      SECRETS_KEY: SecretBox.newKey(),
      ADMIN_TOKEN: randomBytes(24).toString('hex'),
      KAFKA: 'off',
      LOG_LEVEL: 'error',
    };
    const place = async (): Promise<Place> => {
      const directory = mkdtempSync(join(temporaryDataDir(), 'node-'));
      return { env: { ...shared, PORT: String(await freePort(undefined)), CASETRAIL_DATA_DIR: directory } };
    };
    places = [await place(), await place()];
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop('SIGTERM')));
    await db.close();
  });

  async function start(place: Place | undefined): Promise<Node> {
    const node = await startNode(place?.env ?? {});
    nodes.push(node);
    return node;
  }

  async function run(...args: string[]): Promise<void> {
    const { code, output } = await runCommand(args, places[0]?.env ?? {});
    if (code !== 0) throw new Error(output);
  }

  async function sendDay(source: string, ...flags: string[]): Promise<void> {
    await run('send', '--source', source, '--demo-day', '--tickets', String(TICKETS), ...flags);
  }

  it('hold what a pure fold of the log gives, for every ticket, on one node', async () => {
    await start(places[0]);
    await run('source', 'add', 'acme', '--profile', 'telegram-crm');
    await sendDay('acme', '--duplicates', '5');
    await sendDay('acme', '--duplicates', '5', '--shuffle');
    await expectPureFold(2 * TICKETS);
  });

  it('on two nodes, one of which is killed on the way', async () => {
    const second = await start(places[1]);
    const day = sendDay('acme', '--duplicates', '10', '--shuffle');
    await eventually(async () => expect(await ticketsIn(db)).toBeGreaterThan(2.3 * TICKETS));
    await second.stop('SIGKILL');
    await day;
    await expectPureFold(3 * TICKETS);
  });

  async function expectPureFold(tickets: number): Promise<void> {
    await eventually(async () => expect(await lag(db)).toBe(0), CATCH_UP_MS);
    expect(await ticketsIn(db)).toBe(tickets);
    const compared = await compareRows(db);
    for (const [table, { stored, expected }] of compared) {
      expect({ table, rows: stored }).toEqual({ table, rows: expected });
    }
    expect(compared.get('late_revision')?.stored.length).toBeGreaterThan(0);
    expect(compared.get('message_fact')?.stored.length).toBeGreaterThan(tickets);
  }
});

async function lag(db: Database): Promise<number> {
  const [row] = await db.query<{ lag: number }>({
    text: 'SELECT sum(lane_head - position)::int AS lag FROM rpt.projection_state',
  });
  return row?.lag ?? -1;
}

async function ticketsIn(db: Database): Promise<number> {
  const [row] = await db.query<{ n: number }>({ text: 'SELECT count(*)::int AS n FROM rpt.ticket' });
  return row?.n ?? 0;
}
