import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import request from 'supertest';
import { cloneTemplate, dropDatabase } from '../support/database';
import { temporaryDataDir } from '../support/cluster';
import { type Json, webhook } from '../support/app';
import { type Node, runCommand, startNode } from '../support/node';

const ADMIN_TOKEN = 'admin-token-of-the-boot-tests';

describe('the built product, run by plain node', () => {
  let env: Record<string, string>;
  let node: Node | undefined;

  beforeAll(async () => {
    env = {
      DATABASE_URL: await cloneTemplate(),
      CASETRAIL_DATA_DIR: temporaryDataDir(),
      ADMIN_TOKEN,
      PORT: '0',
      KAFKA: 'off',
    };
  });

  afterEach(async () => {
    await node?.stop('SIGKILL');
    node = undefined;
  });

  afterAll(() => dropDatabase(env['DATABASE_URL'] ?? ''));

  async function addSource(name: string): Promise<{ url: string; secret: string; integrationId: string }> {
    const made = await runCommand(['source', 'add', name, '--profile', 'telegram-crm', '--json'], env);
    expect(made.code).toBe(0);
    const { url, secret, integration_id: integrationId } = JSON.parse(made.output) as Record<string, string>;
    return { url, secret, integrationId } as { url: string; secret: string; integrationId: string };
  }

  test('starts, takes a webhook for a source that the command line made, and stops with exit code 0', async () => {
    node = await startNode(env);
    const source = await addSource('first');
    expect(source.url.startsWith(`${node.url}/v1/ingress/`)).toBe(true);
    const body = webhook(source, 'ticket.created', { ticket_id: 'TKT-1' });
    const answer = await request(source.url).post('').set('content-type', 'application/json').send(body);
    expect([answer.status, (answer.body as Json)['status']]).toEqual([200, 'accepted']);
    await request(node.url).get('/health/live').expect(200);
    await request(node.url).get('/health/ready').expect(200);
    expect(await node.stop('SIGTERM')).toBe(0);
  });

  test('after kill -9 starts again in the same data directory, with everything that was acknowledged', async () => {
    node = await startNode(env);
    const source = await addSource('second');
    const bodies = Array.from({ length: 50 }, (_, i) =>
      webhook(source, 'ticket.created', { ticket_id: `K-${i}` }),
    );
    const send = (body: Json): Promise<number> =>
      request(source.url)
        .post('')
        .send(body)
        .then(
          (answer) => answer.status,
          () => 0,
        );
    const answers = bodies.map(send);
    await Promise.race(answers);
    await node.stop('SIGKILL');
    const statuses = await Promise.all(answers);
    const acknowledged = bodies.filter((_, i) => statuses[i] === 200);
    expect(acknowledged.length).toBeGreaterThan(0);
    node = await startNode(env);
    const again = source.url.replace(/^http:\/\/[^/]+/, node.url);
    for (const body of acknowledged) {
      const answer = await request(again).post('').send(body);
      expect([answer.status, (answer.body as Json)['status']]).toEqual([200, 'duplicate']);
    }
  });

  test('answers what is under way before it stops', async () => {
    node = await startNode(env);
    const source = await addSource('third');
    const bodies = Array.from({ length: 100 }, (_, i) =>
      webhook(source, 'ticket.created', { ticket_id: `S-${i}` }),
    );
    const answers = Promise.allSettled(bodies.map((body) => request(source.url).post('').send(body)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await node.stop('SIGTERM')).toBe(0);
    for (const answer of await answers) {
      // Refused before it was taken, or answered in full: never taken and then dropped.
      if (answer.status === 'fulfilled') expect([200, 503]).toContain(answer.value.status);
      else expect((answer.reason as NodeJS.ErrnoException).code).toMatch(/ECONNREFUSED|ECONNRESET/);
    }
  });

  test('is a command that the shell may run, as npx does', () => {
    expect(() => accessSync(join(__dirname, '../../dist/cli/main.js'), constants.X_OK)).not.toThrow();
  });

  test('lists every mistake of its configuration at once and exits 1', async () => {
    const ended = await runCommand(['start'], { ...env, PORT: 'x', LANES: '0', ROLES: 'cook' });
    expect(ended.code).toBe(1);
    for (const name of ['PORT', 'LANES', 'ROLES']) expect(ended.output).toContain(name);
    expect(ended.output).not.toMatch(/^\s+at /m);
  });

  test('says in one line that the port is in use, and exits 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const ended = await runCommand(['start'], { ...env, PORT: String(port) });
    other.close();
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.output).toContain(`Port ${port} is in use`);
    expect(ended.output).not.toMatch(/^\s+at /m);
  });

  test('says in one line that the database can not be reached, and exits 1', async () => {
    const ended = await runCommand(['start'], {
      ...env,
      DATABASE_URL: 'postgres://u:topsecret@127.0.0.1:1/none',
    });
    expect(ended.code).toBe(1);
    expect(ended.output).toMatch(/PostgreSQL is not answering/);
    expect(ended.output).not.toMatch(/topsecret|^\s+at /m);
  });

  test('refuses another number of lanes than the database was made with', async () => {
    const ended = await runCommand(['start'], { ...env, LANES: '4' });
    expect(ended.code).toBe(1);
    expect(ended.output).toContain('LANES=8');
  });

  test('refuses to start twice in one data directory', async () => {
    node = await startNode(env);
    const ended = await runCommand(['start'], env);
    expect(ended.code).toBe(1);
    expect(ended.output).toContain('Already running here');
  });
});
