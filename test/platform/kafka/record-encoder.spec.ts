import fc from 'fast-check';
import {
  type EncodedRecord,
  encodeRecord,
  type RecordFields,
} from '../../../src/platform/kafka/record-encoder';

/** kafkajs' own, before anything takes its place. */
const theirs = jest.requireActual<(fields: RecordFields) => EncodedRecord>(
  'kafkajs/src/protocol/recordBatch/record/v0',
);

const text = fc.string({ unit: 'binary', maxLength: 300 });
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
);
const fields = fc.record(
  {
    offsetDelta: fc.oneof(fc.nat(200), fc.nat()),
    timestampDelta: fc.oneof(
      fc.integer({ min: -5, max: 100_000 }),
      fc.maxSafeNat().map((n) => n % 2 ** 45),
    ),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.dictionary(text, fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })), { maxKeys: 20 }),
  },
  { requiredKeys: [] },
);

describe('a record on its way to Kafka', () => {
  it('has the bytes that kafkajs would have made of it', () => {
    fc.assert(
      fc.property(fields, (record) => {
        expect(encodeRecord(record).buffer.equals(theirs(record).buffer)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is made by this encoder, whatever sends it', () => {
    jest.isolateModules(() => {
      jest.requireActual('../../../src/platform/kafka/producer-generation');
      const used = jest.requireActual<typeof encodeRecord>('kafkajs/src/protocol/recordBatch/record/v0');
      expect(used.name).toBe(encodeRecord.name);
      expect(theirs.name).not.toBe(encodeRecord.name);
    });
  });
});
