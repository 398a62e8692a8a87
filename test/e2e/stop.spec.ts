import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Client } from 'pg';
import { findRunningInstance } from '../../src/platform/runtime/data-dir';
import { cloneTemplate, dropDatabase } from '../support/database';
import { temporaryDataDir } from '../support/cluster';
import { eventually } from '../support/eventually';
import { type Node, startNode } from '../support/node';

const SECOND = 1000;
const GRACE_MS = 10 * SECOND;
const WAITING = `
  SELECT FROM pg_stat_activity WHERE application_name = 'casetrail-migrate' AND wait_event_type = 'Lock'`;

describe('a node that is told to stop', () => {
  let env: Record<string, string>;
  let node: Node | undefined;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    env = {
      DATABASE_URL: await cloneTemplate(),
      CASETRAIL_DATA_DIR: temporaryDataDir(),
      PORT: '0',
      KAFKA: 'off',
    };
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await node?.stop('SIGKILL');
    node = undefined;
  });

  afterAll(() => dropDatabase(env['DATABASE_URL'] ?? ''));

  /** A client that holds its connection and sends no more than this. */
  async function holdConnection(url: string, text: string): Promise<void> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    if (text !== '') socket.write(text);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  test('stops in order within its grace though clients hold connections without a whole request', async () => {
    node = await startNode(env);
    await holdConnection(node.url, '');
    await holdConnection(node.url, 'GET /health/live HTTP/1.1\r\nHo');
    const toldAt = performance.now();
    expect(await node.stop('SIGTERM')).toBe(0);
    expect(performance.now() - toldAt).toBeLessThan(GRACE_MS + 5 * SECOND);
  });

  test('stops while its migration waits for a reader of a view', async () => {
    const { DATABASE_URL = '', CASETRAIL_DATA_DIR = '' } = env;
    const [reader, watcher] = [new Client(DATABASE_URL), new Client(DATABASE_URL)];
    await Promise.all([reader.connect(), watcher.connect()]);
    try {
      await reader.query("UPDATE app.views SET hash = 'of another version'");
      await reader.query('BEGIN');
      await reader.query('SELECT FROM rpt.ticket');
      const ended = startNode(env).then(String, String);
      await eventually(async () => {
        const { rowCount } = await watcher.query(WAITING);
        expect(rowCount).toBe(1);
      });
      process.kill(findRunningInstance(CASETRAIL_DATA_DIR)?.pid ?? 0, 'SIGTERM');
      expect(await ended).toContain('ended with 0 before it was ready');
    } finally {
      await Promise.all([reader.end(), watcher.end()]);
    }
  });

  test('told a second time waits for nothing any more', async () => {
    node = await startNode(env);
    await holdConnection(node.url, '');
    const toldAt = performance.now();
    const ended = node.stop('SIGTERM');
    while (!node.output().includes('Stopping casetrail'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    node.child.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(performance.now() - toldAt).toBeLessThan(GRACE_MS / 2);
  });
});
