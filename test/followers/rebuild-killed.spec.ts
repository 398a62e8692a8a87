import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { openLedger, type TestLedger } from '../support/ledger';
import { runCommand } from '../support/node';
import { TEST_LANES } from '../support/template';
import {
  appendTickets,
  expectPureFold,
  generations,
  type ProjectingNode,
  startProjecting,
  storageSchemas,
} from './support/rebuilding';

const TICKETS = 80;
const EVENTS_OF_A_TICKET = 5;
const COMMAND = join(__dirname, '../../dist/cli/main.js');
const LAST_LANE = TEST_LANES - 1;

jest.setTimeout(120_000);

/** Keeps the copy of the last lane from ever being noted as finished. */
const STALL = `
  CREATE FUNCTION public.stall() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_sleep(600);
    RETURN NEW;
  END $$;
  CREATE TRIGGER stall BEFORE UPDATE ON app.rebuild_lane FOR EACH ROW
    WHEN (NEW.lane = ${LAST_LANE} AND NEW.is_copied) EXECUTE FUNCTION public.stall()`;

describe('a rebuild that is killed half-way', () => {
  const database = freshDatabase();
  let db: Database;
  let ledger: TestLedger;
  let node: ProjectingNode;

  beforeAll(async () => {
    db = openDatabase({ url: database.url, poolMax: 4, applicationName: 'test' });
    ledger = openLedger(database);
    node = startProjecting(database.url);
    await appendTickets(ledger, 'first', TICKETS);
    await expectPureFold(db);
  });
  afterAll(async () => {
    await node.stop();
    await ledger.close();
    await db.close();
  });

  async function startAndKill(): Promise<void> {
    await db.query({ text: STALL });
    const child = spawn(process.execPath, [COMMAND, 'rebuild', 'all'], {
      env: { PATH: process.env.PATH, DATABASE_URL: database.url },
      stdio: 'ignore',
    });
    await eventually(async () => {
      const copied = await db.query({ text: 'SELECT FROM app.rebuild_lane WHERE is_copied' });
      expect(copied).toHaveLength(TEST_LANES - 1);
    });
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await db.query({
      text: `
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'casetrail-rebuild'`,
    });
    await db.query({ text: 'DROP FUNCTION public.stall() CASCADE' });
  }

  it('has changed nothing, and the next one goes on where it was and ends with equal rows', async () => {
    await startAndKill();
    expect(await generations(db)).toEqual({ ticket: 1, sla: 1 });
    await appendTickets(ledger, 'meanwhile', TICKETS);
    await expectPureFold(db);
    expect(await storageSchemas(db)).toEqual(['rm_1', 'rm_2']);

    const { code, output } = await runCommand(['rebuild', 'all', '--json'], { DATABASE_URL: database.url });
    expect({ code, output }).toMatchObject({ code: 0 });
    const report = JSON.parse(output) as { events: number };
    expect(report).toMatchObject({ generation: 2, resumed: true, swapped: true });
    expect(report.events).toBeLessThan((TICKETS * EVENTS_OF_A_TICKET) / 2);
    expect(await generations(db)).toEqual({ ticket: 2, sla: 2 });
    expect(await storageSchemas(db)).toEqual(['rm_2']);
    await expectPureFold(db);
  });

  it('is begun anew where another one is wanted, and its tables are dropped', async () => {
    await startAndKill();
    expect(await storageSchemas(db)).toEqual(['rm_2', 'rm_3']);
    const { output } = await runCommand(['rebuild', 'ticket', '--json'], { DATABASE_URL: database.url });
    expect(JSON.parse(output)).toMatchObject({ generation: 3, resumed: false, swapped: true });
    expect(await generations(db)).toEqual({ ticket: 3, sla: 2 });
    await expectPureFold(db);
  });
});
