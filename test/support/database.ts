import { randomBytes } from 'node:crypto';
import { Client, DatabaseError } from 'pg';
import { adminDatabaseUrl } from './cluster';
import { TEMPLATE_DATABASE } from './template';

export interface TestDatabase {
  /** As the superuser; known from the first beforeAll on. */
  readonly url: string;
}

const OBJECT_IN_USE = '55006';
const CLONE_TRIES = 20;
const RETRY_AFTER_MS = 50;

/** Called at the top of a test file or suite: a database cloned from the migrated template, dropped at the end. */
export function freshDatabase(): TestDatabase {
  let url: string | undefined;
  beforeAll(async () => {
    url = await cloneTemplate();
  });
  afterAll(async () => {
    if (url !== undefined) await dropDatabase(url);
  });
  return {
    get url() {
      if (url === undefined)
        throw new Error('The test database is made in beforeAll: read its url in a hook or a test.');
      return url;
    },
  };
}

/** For a test that needs a further database of its own; it drops it itself. */
export function cloneTemplate(): Promise<string> {
  return cloneOf(TEMPLATE_DATABASE);
}

/** Without a schema. Whoever asked for it drops it. */
export function emptyDatabase(): Promise<string> {
  return cloneOf('template0');
}

async function cloneOf(template: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  for (let tried = 1; ; tried++) {
    try {
      await asAdmin(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      break;
    } catch (error) {
      // Two clones at the same moment, or autovacuum in the template.
      if (tried === CLONE_TRIES || !(error instanceof DatabaseError) || error.code !== OBJECT_IN_USE)
        throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    }
  }
  const url = new URL(adminDatabaseUrl());
  url.pathname = `/${name}`;
  return url.href;
}

/** By force: a test that failed half-way may have left connections. */
export async function dropDatabase(url: string): Promise<void> {
  await asAdmin(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

async function asAdmin(statement: string): Promise<void> {
  const client = new Client({ connectionString: adminDatabaseUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
