import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ADMIN_TOKEN, startApp } from '../../support/app';
import { freshDatabase } from '../../support/database';

const ROOT = join(__dirname, '../../..');

describe('npm run conformance', () => {
  const database = freshDatabase();

  async function conformance(...args: string[]): Promise<{ code: unknown; output: string }> {
    const command = ['test/runtime/run-typescript.cjs', 'test/ingress/conformance/run.ts', ...args];
    const child = spawn(process.execPath, command, { cwd: ROOT });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [unknown];
    return { code, output };
  }

  test('finds that casetrail conforms, by a clock that runs', async () => {
    const app = await startApp(database.url, { TRUSTED_PROXIES: '127.0.0.1,::1' });
    const flags = ['--url', app.url, '--token', ADMIN_TOKEN, '--profile', 'standard-webhooks'];
    const { code, output } = await conformance(...flags);
    await app.close();
    expect(output).toMatch(/^ok {6}standard-webhooks {2}(\d+) of \1 vectors hold\n$/);
    expect(code).toBe(0);
  }, 120_000);

  test('names each vector that a receiver fails, and ends with exit code 1', async () => {
    // Nobody told it to believe us as a proxy, so it does not see who sends.
    const app = await startApp(database.url);
    const flags = ['--url', app.url, '--token', ADMIN_TOKEN, '--profile', 'telegram-bot'];
    const { code, output } = await conformance(...flags);
    await app.close();
    expect(output).toMatch(/^not ok {2}telegram-bot/);
    expect(output).toMatch(
      /^ {2}row 5, telegram-bot: an address that is listed: status: 403 instead of 200/m,
    );
    expect(code).toBe(1);
  }, 120_000);

  test('says how it is called, and with exit code 2 that it could not look', async () => {
    expect(await conformance('--url', 'http://127.0.0.1:1')).toEqual({
      code: 2,
      output: expect.stringContaining('--token <admin token>') as unknown,
    });
    const away = await conformance('--url', 'http://127.0.0.1:1', '--token', 'x', '--profile', 'generic');
    expect(away.code).toBe(2);
  });
});
