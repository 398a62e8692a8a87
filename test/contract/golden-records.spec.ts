import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { typesOn } from '../../src/relay/contract/envelope';
import { topicKinds } from '../../src/relay/relay-topic';
import { type TextRecord, validatorOf } from './support/validator';

interface GoldenRecord {
  readonly topic: (typeof topicKinds)[number];
  readonly record: TextRecord;
}

const folder = join(__dirname, 'golden');
/** As they stood on the topics of each release; a file that is there stays as it is. */
const goldens = readdirSync(folder).map((name) => {
  return [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as GoldenRecord[]] as const;
});
const records = goldens.flatMap(([, samples]) => samples);
const errorsOf = validatorOf();

describe('the records of every release', () => {
  it.each(goldens)('%s still satisfy the contract', (_name, samples) => {
    for (const { topic, record } of samples) expect(errorsOf(topic, record)).toEqual([]);
  });

  it('have an example of every type and verdict, with personal content and without', () => {
    for (const kind of topicKinds) {
      const ofKind = records.filter(({ topic }) => topic === kind).map(({ record }) => record.headers);
      const types = new Set(ofKind.map(({ ce_type }) => ce_type));
      if (kind === 'ticket-events') {
        expect([...types].sort()).toEqual(typesOn[kind].map((type) => `casetrail.${type}.v1`).sort());
      }
    }
    const seen = (header: string): unknown[] => [
      ...new Set(records.map(({ record }) => record.headers[header])),
    ];
    expect(seen('ce_verdict')).toEqual(
      expect.arrayContaining(['accepted', 'accepted_gap', 'noop', 'rejected']),
    );
    expect(seen('ce_verdictreason')).toEqual(
      expect.arrayContaining([
        'illegal_transition',
        'unknown_status',
        'merged_is_final',
        'natural_duplicate',
      ]),
    );
    const created = records.filter(({ record }) => record.headers.ce_type === 'casetrail.ticket.created.v1');
    expect(created.map(({ record }) => record.value.includes('first_name'))).toEqual(
      expect.arrayContaining([true, false]),
    );
  });
});

describe('the contract', () => {
  const sample = records.find(({ topic }) => topic === 'ticket-events')?.record;
  const changed = (change: (value: Record<string, unknown>) => object): string[] => {
    if (sample === undefined) throw new Error('a golden record is missing');
    const value = JSON.parse(sample.value) as Record<string, unknown>;
    return errorsOf('ticket-events', { ...sample, value: JSON.stringify(change(value)) });
  };

  it('accepts members that a later release adds', () => {
    const later = { colour: 'red' };
    expect(
      changed((value) => ({ ...value, ...later, after: { ...(value.after as object), ...later } })),
    ).toEqual([]);
    expect(changed((value) => ({ ...value, data: { ...(value.data as object), ...later } }))).toEqual([]);
  });

  it.each([
    ['no version', { ticketversion: undefined }],
    ['a version that is text', { ticketversion: '5' }],
    ['a verdict of the other topic', { verdict: 'rejected' }],
    ['no state', { after: undefined }],
    ['a status that is none', { after: { status: 'lost', close_reason: null, assignee: null, cycle_no: 1 } }],
    ['no position before it', { prevposition: undefined }],
    ['a body of another type', { data: { sender: 7 }, type: 'casetrail.message.received.v1' }],
  ])('refuses a record with %s', (_name, wrong) => {
    expect(changed((value) => ({ ...value, ...wrong }))).not.toEqual([]);
  });
});
