import { Client } from 'pg';
import { migrate } from '../../src/platform/postgres/migrate';

export const TEMPLATE_DATABASE = 'casetrail_template';
export const TEST_LANES = 8;

/** Makes the database that every test file's own is cloned from. Nobody may stay connected to it. */
export async function prepareTemplate(adminUrl: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE_DATABASE} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${TEMPLATE_DATABASE}`;
  await migrate({ url: url.href, lanes: TEST_LANES });
}
