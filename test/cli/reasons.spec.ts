import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { SECRETS_KEY } from '../support/app';
import { temporaryDataDir } from '../support/cluster';
import { dropDatabase, emptyDatabase, freshDatabase } from '../support/database';

const ROOT = join(__dirname, '../..');

describe('a command that can not work with its database', () => {
  const database = freshDatabase();
  let empty: string;

  beforeAll(async () => (empty = await emptyDatabase()));
  afterAll(() => dropDatabase(empty));

  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };
  /** What it says, which is one line. */
  const says = (url: string, ...args: string[]): string => {
    const { PATH, HOME } = process.env;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'dist/cli/main.js'), ...args],
      {
        env: {
          PATH,
          HOME,
          DATABASE_URL: url,
          SECRETS_KEY,
          CASETRAIL_DATA_DIR: mkdtempSync(join(temporaryDataDir(), 'reasons-')),
        },
        encoding: 'utf8',
      },
    );
    expect([status, stdout]).toEqual([expect.any(Number), '']);
    expect(status).not.toBe(0);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    return stderr;
  };

  test.each([['source', 'list'], ['migrate'], ['verify'], ['rebuild', 'all']])(
    'tells of a wrong login, and where it stands: %s',
    (...args) => {
      const told = says(
        changed((url) => (url.password = 'guessed')),
        ...args,
      );
      expect(told).toMatch(/^casetrail: .*password authentication failed.*DATABASE_URL/);
    },
  );

  test('tells of a database that is not there', () => {
    const told = says(
      changed((url) => (url.pathname = '/nowhere')),
      'source',
      'list',
    );
    expect(told).toMatch(/"nowhere" does not exist\. .*DATABASE_URL/);
  });

  test.each([['source', 'list'], ['quarantine', 'list'], ['verify'], ['rebuild', 'all']])(
    'tells of one without a schema what makes it: %s',
    (...args) => expect(says(empty, ...args)).toContain('run `casetrail migrate`'),
  );
});
