import { type Config } from '../config/config';
import { CasetrailError } from '../kernel/errors';
import { SecretBox } from '../kernel/secret-box';
import { type Database, openDatabase } from '../platform/postgres/database';
import { openDataDir } from '../platform/runtime/data-dir';

const FILE = 'secrets-key';
const CONTEXT = 'app.secrets_key';

/** Of a database that no node of this version has run on yet the oldest secret is the proof. */
const PROOF = `
  SELECT proof, '${CONTEXT}' AS context FROM app.secrets_key
  UNION ALL
  (SELECT secret, source || '/' || key_id FROM app.source_key
   WHERE NOT EXISTS (SELECT FROM app.secrets_key) ORDER BY created_at, key_id LIMIT 1)`;

/**
 * For a command. Null: no key is here, and what must seal or open a secret can't. Where nothing is sealed yet it makes the one
 * that the first node then finds.
 */
export function givenSecretsKey(config: Config, databaseUrl: string): Promise<string | null> {
  return onDatabase(databaseUrl, async (db) => {
    const dataDir = openDataDir(config.dataDir);
    const key = config.secretsKey ?? dataDir.kept(FILE);
    if (key === undefined) {
      const isSealed = (await db.query({ text: PROOF })).length > 0;
      return isSealed ? null : dataDir.secret(FILE, SecretBox.newKey);
    }
    await isProven(db, key, config);
    return key;
  });
}

/** For a node: made where nothing is sealed yet, and the database's own from then on. */
export function nodeSecretsKey(config: Config, databaseUrl: string): Promise<string> {
  return onDatabase(databaseUrl, async (db) => {
    const dataDir = openDataDir(config.dataDir);
    const given = config.secretsKey ?? dataDir.kept(FILE);
    if (given === undefined && (await db.query({ text: PROOF })).length > 0) throw anotherKey(config);
    const key = given ?? dataDir.secret(FILE, SecretBox.newKey);
    if (await isProven(db, key, config)) return key;
    const text = 'INSERT INTO app.secrets_key (proof) VALUES ($1) ON CONFLICT DO NOTHING';
    await db.query({ text, values: [new SecretBox(key).seal('casetrail', CONTEXT)] });
    // Another node may have been first.
    await isProven(db, key, config);
    return key;
  });
}

/** False: the database does not say yet whose it is. */
async function isProven(db: Database, key: string, config: Config): Promise<boolean> {
  const [row] = await db.query<{ proof: Buffer; context: string }>({ text: PROOF });
  if (row === undefined) return false;
  try {
    new SecretBox(key).open(row.proof, row.context);
  } catch (thrown) {
    throw anotherKey(config, thrown);
  }
  return row.context === CONTEXT;
}

function anotherKey(config: Config, cause?: unknown): CasetrailError {
  const message = `The secrets in this database are sealed with another key: set SECRETS_KEY to it, or put its file back as ${config.dataDir}/${FILE}.`;
  return new CasetrailError('config_invalid', message, { cause });
}

async function onDatabase<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase({ url, poolMax: 1, applicationName: 'casetrail-cli' });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
