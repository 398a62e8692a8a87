import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { SecretBox } from '../../src/kernel/secret-box';
import { freePort } from '../../src/platform/runtime/ports';
import { temporaryDataDir } from '../support/cluster';
import { freshDatabase } from '../support/database';
import { created } from '../support/events';
import { eventually } from '../support/eventually';
import { openLedger, type TestLedger } from '../support/ledger';
import { type Node, startNode } from '../support/node';
import { announced } from './support/announced';
import { apply } from './support/past';

const PATIENCE_MS = 90_000;
const SECOND = 1000;
const TARGET_S = 6;
const TICKETS = 24;

jest.setTimeout(2 * PATIENCE_MS);

/** Two nodes on one database, and a third that comes later. */
describe('a node that dies around a deadline', () => {
  const database = freshDatabase();
  const nodes: Node[] = [];
  let log: TestLedger;

  beforeAll(() => {
    log = openLedger(database);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop('SIGTERM')));
    await log.close();
  });

  const shared = { SECRETS_KEY: SecretBox.newKey(), ADMIN_TOKEN: randomBytes(24).toString('hex') };

  async function start(): Promise<Node> {
    const directory = mkdtempSync(join(temporaryDataDir(), 'node-'));
    const own = { PORT: String(await freePort(undefined)), CASETRAIL_DATA_DIR: directory };
    const node = await startNode({
      DATABASE_URL: database.url,
      KAFKA: 'off',
      LOG_LEVEL: 'error',
      ...shared,
      ...own,
    });
    nodes.push(node);
    return node;
  }

  it('leaves each warning and breach to be told once, with its true instant', async () => {
    const policy = {
      basis: 'calendar' as const,
      targets: { default: { first_response: TARGET_S } },
      warn_percent: 50,
    };
    await apply(log.db, { policy, tenant: 'acme' });
    const first = await start();
    await start();
    const began = Date.now();
    const tickets = Array.from({ length: TICKETS }, (_, index) => `D-${index}`);
    const body = { origin: 'customer', initial_message: {} };
    await Promise.all(
      tickets.map((id) => log.stored(created(id, 0, { body, occurredAt: began, receivedAt: began }))),
    );
    await eventually(async () => {
      expect((await announced(log.db)).length).toBeGreaterThan(0);
    }, PATIENCE_MS);
    await first.stop('SIGKILL');
    await start();
    await eventually(async () => {
      const breaches = (await announced(log.db)).filter(({ type }) => type === 'sla.breached');
      expect(breaches).toHaveLength(TICKETS);
    }, PATIENCE_MS);

    const told = await announced(log.db);
    const due = new Date(began + TARGET_S * SECOND);
    const warned = new Date(began + (TARGET_S / 2) * SECOND);
    for (const ticket of tickets) {
      const own = told.filter((one) => one.ticket === ticket).map(({ type, at }) => ({ type, at }));
      expect(own).toEqual([
        { type: 'sla.warned', at: warned },
        { type: 'sla.breached', at: due },
      ]);
    }
  });
});
