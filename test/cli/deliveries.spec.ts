import { type MadeSource } from '../../src/ingress/sources/source-service';
import { type Json, webhook } from '../support/app';
import { eventually } from '../support/eventually';
import { desk } from './support/desk';

describe('casetrail deliveries', () => {
  const on = desk();
  let source: MadeSource;

  beforeAll(async () => {
    source = await on.app.addSource({ name: 'acme', profile: 'telegram-crm' });
    await on.app.addSource({ name: 'quiet', profile: 'tg-staff' });
  });

  async function receiptOf(secret: string, ticketId: string): Promise<string> {
    const body = webhook({ ...source, secret }, 'ticket.created', { ticket_id: ticketId });
    const answer = await fetch(`${on.app.url}/v1/ingress/${source.key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.headers.get('x-receipt-id') ?? '';
  }

  test('lists what came, and with --failed only what was refused, with what to do', async () => {
    const good = await receiptOf(source.secret, 'T-1');
    const bad = await receiptOf('another-secret-of-mine', 'T-2');
    const failed = await eventually(async () => {
      const listed = await on.json<Json[]>('deliveries', '--source', 'acme', '--failed');
      expect(listed).toHaveLength(1);
      return listed;
    });
    expect(failed).toMatchObject([{ receipt_id: bad, status: 401, code: 'signature_invalid' }]);
    const all = await on.json<Json[]>('deliveries', '--source', 'acme');
    expect(all.map((one) => one['receipt_id'])).toEqual([bad, good]);
    const { stdout } = await on.casetrail('deliveries', '--failed');
    expect(stdout).toContain(`acme  401 signature_invalid  ${bad}\n    `);
    expect((await on.casetrail('deliveries', '--source', 'quiet')).stdout).toBe('No deliveries.\n');
    const since = new Date(Date.now() + 60_000).toISOString();
    expect(await on.json<Json[]>('deliveries', '--since', since)).toEqual([]);
    expect(await on.json<Json[]>('deliveries', '--limit', '1')).toHaveLength(1);
  });

  test('shows one, and of a failed signature what would have matched', async () => {
    const receipt = await receiptOf(`${source.secret}\n`, 'T-3');
    const shown = await eventually(() => on.json('deliveries', 'show', receipt));
    expect(shown).toMatchObject({ receipt_id: receipt, code: 'signature_invalid', source: 'acme' });
    const { stdout } = await on.casetrail('deliveries', 'show', receipt);
    expect(stdout).toMatch(/The signature doctor:\n {2}- .*(newline|line break)/i);
    const accepted = await receiptOf(source.secret, 'T-4');
    const stored = await on.json('deliveries', 'show', accepted);
    expect(stored).toMatchObject({ status: 200, code: 'accepted', key_id: 'k_1', findings: null });
  });

  test('says what is wrong with what it was asked for', async () => {
    expect(await on.refusal('deliveries', '--source', 'nobody')).toContain('There is no source nobody.');
    expect(await on.refusal('deliveries', '--since', 'noon')).toContain('expected an instant');
    expect(await on.refusal('deliveries', '--limit', 'all')).toContain('expected a whole number');
    expect(await on.refusal('deliveries', 'show', 'mine')).toContain('no delivery with the receipt mine');
  });
});
