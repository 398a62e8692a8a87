import { readFileSync, writeFileSync } from 'node:fs';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { guideWithDictionary } from './support/dictionary';
import { GUIDE } from './support/questions';

describe("the dictionary in the analysts' guide", () => {
  const database = freshDatabase();
  let db: Database;

  beforeAll(() => {
    db = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test' });
  });
  afterAll(() => db.close());

  it('is what the comments in the database say; `npm run dictionary` writes it', async () => {
    const wanted = await guideWithDictionary(db);
    if (process.env.DICTIONARY === 'write') writeFileSync(GUIDE, wanted);
    expect(readFileSync(GUIDE, 'utf8')).toBe(wanted);
  });
});
