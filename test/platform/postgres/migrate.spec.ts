import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Client } from 'pg';
import { migrate, MIGRATION_LOCK } from '../../../src/platform/postgres/migrate';
import { cloneTemplate, dropDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { TEST_LANES } from '../../support/template';

interface Migration {
  readonly done: Promise<readonly string[]>;
  readonly waitsFor: readonly string[];
  readonly control: AbortController;
}

function startMigration(url: string): Migration {
  const waitsFor: string[] = [];
  const control = new AbortController();
  const onWait = (reason: string): void => void waitsFor.push(reason);
  const done = migrate({ url, lanes: TEST_LANES, onWait, signal: control.signal });
  done.catch(() => undefined);
  return { done, waitsFor, control };
}

describe('a migration', () => {
  let url: string;
  let holder: Client;

  beforeEach(async () => {
    url = await cloneTemplate();
    holder = await connected();
  });
  afterEach(async () => {
    await holder.end();
    await dropDatabase(url);
  });

  async function connected(): Promise<Client> {
    const client = new Client({ connectionString: url });
    await client.connect();
    return client;
  }

  /** As an analyst who has read a view that the new version makes anew. */
  async function holdView(): Promise<void> {
    await holder.query("UPDATE app.views SET hash = 'of another version'");
    await holder.query('BEGIN');
    await holder.query('SELECT FROM rpt.ticket');
  }

  test('that a reader is in the way of says so, keeps no other reader waiting, and goes on when he has ended', async () => {
    await holdView();
    const { done, waitsFor } = startMigration(url);
    await eventually(() => expect(waitsFor).toHaveLength(1));
    expect(waitsFor[0]).toContain('its transaction is still open');
    const another = await connected();
    await another.query("SET statement_timeout = '1s'");
    for (let i = 0; i < 20; i++) {
      await another.query('SELECT FROM rpt.ticket');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await another.end();
    await holder.query('COMMIT');
    expect(await done).toEqual(['read models']);
    expect(waitsFor).toHaveLength(1);
  });

  test('waits for another one, and says so', async () => {
    await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const { done, waitsFor } = startMigration(url);
    await eventually(() => expect(waitsFor).toHaveLength(1));
    expect(waitsFor[0]).toContain('another process migrates this database');
    await holder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    expect(await done).toEqual([]);
  });

  test('can be told to wait no longer', async () => {
    await holdView();
    const { done, waitsFor, control } = startMigration(url);
    await eventually(() => expect(waitsFor).toHaveLength(1));
    control.abort();
    await expect(done).rejects.toBe(control.signal.reason);
  });

  test('does not wait for ever for a server that accepts the connection and says nothing', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const { done } = startMigration(`postgres://casetrail@127.0.0.1:${port}/none`);
      await expect(done).rejects.toMatchObject({ code: 'storage_unavailable' });
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });
});
