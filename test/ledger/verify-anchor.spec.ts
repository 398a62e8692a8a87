import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyCommand } from '../../src/cli/verify';
import { type Anchor } from '../../src/ledger/verify/anchor';
import { type Database, openDatabase, type Queryable } from '../../src/platform/postgres/database';
import { cloneTemplate, dropDatabase, freshDatabase } from '../support/database';
import { created } from '../support/events';
import { openLedger, type TestLedger } from '../support/ledger';
import { afterTampering, forgeChain, verified } from './support/tampering';
import { type VariedLog, writeVariedLog } from './support/varied-log';

const database = freshDatabase();
let node: TestLedger;
let admin: Database;
let log: VariedLog;

beforeAll(async () => {
  node = openLedger(database);
  admin = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test-admin' });
  log = await writeVariedLog(node);
});

afterAll(async () => {
  await node.close();
  await admin.close();
});

/** A consistent log that ends earlier: what a restored backup looks like. */
async function cutOff(tx: Queryable, lane: number, position: number): Promise<void> {
  const after = [lane, position];
  const ticket = '(SELECT e.tenant, e.ticket_id FROM es.event e WHERE e.lane = $1 AND e.position > $2)';
  await tx.query({
    text: `DELETE FROM es.ticket_head WHERE (tenant, ticket_id) IN ${ticket}`,
    values: after,
  });
  await tx.query({ text: 'DELETE FROM es.event WHERE lane = $1 AND position > $2', values: after });
  await tx.query({ text: 'DELETE FROM es.append WHERE lane = $1 AND first_position > $2', values: after });
  await tx.query({ text: 'DELETE FROM es.content WHERE lane = $1 AND position > $2', values: after });
}

describe('an anchor', () => {
  test('still holds after the log has grown', async () => {
    const { anchor } = await verified(node.db);
    await node.stored(created('A-1'));
    expect(await verified(node.db, anchor)).toMatchObject({ ok: true });
  });

  test('may be of any record: its place in the middle of an append, and the digest of that', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => node.stored(created(`B-${n}`))));
    const [append] = await node.db.query<{ lane: number; first: number; digest: Buffer }>({
      text: `SELECT lane, first_position AS first, digest FROM es.append
             WHERE last_position > first_position ORDER BY last_position DESC LIMIT 1`,
    });
    if (append === undefined) throw new Error('no append of several events');
    const { anchor } = await verified(node.db);
    const seen = (digest: string): Anchor => ({
      ...anchor,
      lanes: [{ lane: append.lane, last_position: append.first, digest }],
    });
    expect((await verified(node.db, seen(append.digest.toString('hex')))).ok).toBe(true);
    expect((await verified(node.db, seen('00'.repeat(32)))).fault).toMatchObject({ kind: 'rewritten' });
  });

  test('shows that a lane was cut off, which the log alone does not', async () => {
    await node.stored(created('A-2'));
    const receipt = await node.stored(created('A-3'));
    const { anchor } = await verified(node.db);
    const cut = (tx: Queryable): Promise<void> => cutOff(tx, receipt.lane, receipt.position - 1);
    expect((await afterTampering(admin, cut)).ok).toBe(true);
    const { fault } = await afterTampering(admin, cut, anchor);
    expect(fault).toMatchObject({ kind: 'truncated', lane: receipt.lane, position: receipt.position });
  });

  test('shows that history was rewritten with a fitting chain, which the log alone does not', async () => {
    const { anchor } = await verified(node.db);
    const { lane, position } = log.middle;
    const forge = async (tx: Queryable): Promise<void> => {
      const text = `UPDATE es.event SET key_id = 'k_forged' WHERE lane = $1 AND position = $2`;
      await tx.query({ text, values: [lane, position] });
      await forgeChain(tx, lane);
    };
    expect((await afterTampering(admin, forge)).ok).toBe(true);
    const { fault } = await afterTampering(admin, forge, anchor);
    const seen = anchor.lanes.find((one) => one.lane === lane);
    expect(fault).toMatchObject({ kind: 'rewritten', lane, position: seen?.last_position });
  });

  test('of another log fits no lane', async () => {
    const { anchor } = await verified(node.db);
    const other: Anchor = { ...anchor, log_id: '00000000-0000-4000-8000-000000000000' };
    expect((await verified(node.db, other)).fault).toMatchObject({ kind: 'other_log', lane: 0, position: 0 });
  });
});

describe('casetrail verify', () => {
  const directory = mkdtempSync(join(tmpdir(), 'casetrail-verify-'));
  const file = join(directory, 'anchor.json');
  const env = process.env.DATABASE_URL;

  afterAll(() => {
    rmSync(directory, { recursive: true });
    if (env === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = env;
  });

  async function run(url: string, ...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
    const written = { stdout: '', stderr: '' };
    const spies = (['stdout', 'stderr'] as const).map((stream) =>
      jest.spyOn(process[stream], 'write').mockImplementation((text) => {
        written[stream] += String(text);
        return true;
      }),
    );
    const before = process.exitCode;
    process.env.DATABASE_URL = url;
    try {
      await verifyCommand().parseAsync(args, { from: 'user' });
      return { code: process.exitCode, out: written.stdout, err: written.stderr };
    } finally {
      process.exitCode = before;
      for (const spy of spies) spy.mockRestore();
    }
  }

  test('exits with 0 and writes an anchor that it accepts the next time', async () => {
    const first = await run(database.url, '--json', '--write-anchor', file);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(first.out)).toEqual({
      ok: true,
      events: expect.any(Number) as unknown,
      lanes: 8,
      fault: null,
    });
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object)).toEqual(['log_id', 'lanes', 'at']);
    const second = await run(database.url, '--anchor', file);
    expect(second).toMatchObject({ code: 0, err: '' });
    expect(second.out).toMatch(/^The log is consistent: \d+ events in 8 lanes, .* events\/s\.\n$/);
  });

  test('exits with 1 at a fault, says where, and leaves the anchor as it is', async () => {
    const before = readFileSync(file, 'utf8');
    const url = await cloneTemplate();
    try {
      const told = await run(url, '--json', '--anchor', file, '--write-anchor', file);
      expect(told.code).toBe(1);
      expect(JSON.parse(told.out)).toMatchObject({
        ok: false,
        fault: { lane: 0, position: 1, kind: 'truncated' },
      });
      expect(readFileSync(file, 'utf8')).toBe(before);
      expect((await run(url, '--anchor', file)).out).toMatch(/^Fault at 0:1: truncated: /);
    } finally {
      await dropDatabase(url);
    }
  });

  test('exits with 2 when it could not check', async () => {
    const nowhere = await run('postgres://nobody@127.0.0.1:1/none', '--json');
    expect(nowhere).toMatchObject({ code: 2, out: '' });
    expect(nowhere.err).toMatch(/^casetrail: could not check: /);
    const garbage = join(directory, 'garbage.json');
    writeFileSync(garbage, '{}');
    expect(await run(database.url, '--anchor', garbage)).toMatchObject({ code: 2, out: '' });
    expect(await run(database.url, '--anchor', join(directory, 'missing'))).toMatchObject({
      code: 2,
      out: '',
    });
  });
});
