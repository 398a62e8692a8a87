import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { type RunningInstance } from '../../src/platform/runtime/data-dir';
import { SecretBox } from '../../src/kernel/secret-box';
import { temporaryDataDir } from '../support/cluster';
import { cloneTemplate, dropDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { type Ended, type Node, runCommand, startNode } from '../support/node';

const NODES = SecretBox.newKey();
const ANOTHER = { SECRETS_KEY: SecretBox.newKey() };
const REFUSAL = /^casetrail: The secrets in this database are sealed with another key: set SECRETS_KEY/m;

jest.setTimeout(60_000);

async function onDatabase(url: string, statement: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('the key of the secrets', () => {
  let url: string;
  let dataDir: string;
  let node: Node | undefined;
  const env = (): Record<string, string> => ({
    DATABASE_URL: url,
    CASETRAIL_DATA_DIR: dataDir,
    PORT: '0',
    KAFKA: 'off',
  });
  const run = (more: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> =>
    runCommand(args, { ...env(), ...more });

  beforeEach(async () => {
    url = await cloneTemplate();
    dataDir = temporaryDataDir();
    node = await startNode({ ...env(), SECRETS_KEY: NODES });
    expect(
      (await run({ SECRETS_KEY: NODES }, 'source', 'add', 'acme', '--profile', 'telegram-crm')).code,
    ).toBe(0);
  });
  afterEach(async () => {
    await node?.stop('SIGKILL');
    await dropDatabase(url);
  });

  test('is the nodes’: a command that has another one or none seals nothing, and makes none', async () => {
    const another = await run(ANOTHER, 'source', 'rotate', 'acme');
    expect(another.code).toBe(1);
    expect(another.output).toMatch(REFUSAL);
    const without = await run({}, 'source', 'rotate', 'acme');
    expect(without.code).toBe(1);
    expect(without.output).toMatch(
      /^casetrail: Secrets need the key that the nodes have: set SECRETS_KEY\.$/m,
    );
    expect(existsSync(join(dataDir, 'secrets-key'))).toBe(false);
    expect(await onDatabase(url, 'SELECT key_id FROM app.source_key')).toEqual([{ key_id: 'k_1' }]);
    expect((await run({}, 'source', 'list')).code).toBe(0);
  });

  test.each(['', 'DELETE FROM app.secrets_key'])(
    'is asked for by a start that has another one or none, before anything else runs (%s)',
    async (before) => {
      await node?.stop('SIGTERM');
      if (before !== '') await onDatabase(url, before);
      for (const wrong of [ANOTHER, {}]) {
        const ended = await run(wrong, 'start');
        expect(ended.code).toBe(1);
        expect(ended.output).toMatch(REFUSAL);
        expect(ended.output).not.toMatch(/^\s+at /m);
      }
      expect(existsSync(join(dataDir, 'secrets-key'))).toBe(false);
      node = await startNode({ ...env(), SECRETS_KEY: NODES });
      expect(await node.stop('SIGTERM')).toBe(0);
    },
  );
});

test('a command that comes before the first node makes the key, and the node finds it', async () => {
  const url = await cloneTemplate();
  const env = {
    DATABASE_URL: url,
    CASETRAIL_DATA_DIR: temporaryDataDir(),
    PORT: '0',
    KAFKA: 'off',
  };
  try {
    expect((await runCommand(['source', 'add', 'acme', '--profile', 'telegram-crm'], env)).code).toBe(0);
    const node = await startNode(env);
    expect((await runCommand(['source', 'rotate', 'acme'], env)).code).toBe(0);
    expect(await node.stop('SIGTERM')).toBe(0);
  } finally {
    await dropDatabase(url);
  }
});

test('a node starts though the secret of its demo does not open', async () => {
  const env = { CASETRAIL_DATA_DIR: temporaryDataDir(), PORT: '0', KAFKA: 'off' };
  const first = await startNode(env);
  await eventually(() => expect(first.output()).toContain('Ctrl-C stops everything'));
  const { databaseUrl = '' } = JSON.parse(
    readFileSync(join(env.CASETRAIL_DATA_DIR, 'run.json'), 'utf8'),
  ) as RunningInstance;
  await onDatabase(databaseUrl, 'UPDATE app.source_key SET secret = reverse(secret)');
  await first.stop('SIGTERM');
  const second = await startNode(env);
  await eventually(() => expect(second.output()).toContain('There is nothing to try it with'));
  expect(await second.stop('SIGTERM')).toBe(0);
});
