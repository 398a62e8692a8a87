import { BinaryFields } from './binary-fields';

/**
 * One-dimensional arrays in PostgreSQL's binary form. A batch of events travels as one Buffer per column: node-postgres
 * sends Buffers in binary, so neither side quotes, escapes or hex-codes what may be a megabyte of raw webhook.
 */
export const OID = {
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  timestamptz: 1184,
  uuid: 2950,
} as const;

type Items<T> = readonly (T | null | undefined)[];

export function textArray(items: Items<string>): Buffer {
  return arrayOf(OID.text, items, (into, text) => into.text(text));
}

export function byteaArray(items: Items<Uint8Array>): Buffer {
  return arrayOf(OID.bytea, items, (into, bytes) => into.bytea(bytes));
}

/** Bytes that are at hand as hex text. */
export function hexArray(items: Items<string>): Buffer {
  return arrayOf(OID.bytea, items, (into, hex) => into.hex(hex));
}

export function uuidArray(items: Items<string>): Buffer {
  return arrayOf(OID.uuid, items, (into, uuid) => into.uuid(uuid));
}

export function int2Array(items: Items<number>): Buffer {
  return arrayOf(OID.int2, items, (into, n) => into.smallint(n));
}

export function int4Array(items: Items<number>): Buffer {
  return arrayOf(OID.int4, items, (into, n) => into.int(n));
}

export function int8Array(items: Items<number>): Buffer {
  return arrayOf(OID.int8, items, (into, n) => into.bigint(n));
}

/** From milliseconds of the Unix epoch. */
export function timestamptzArray(items: Items<number>): Buffer {
  return arrayOf(OID.timestamptz, items, (into, ms) => into.timestamptz(ms));
}

const KEPT_BYTES = 1024 * 1024;
/** Used again for each array: what is sent is a copy of the right size. */
let fields = new BinaryFields();

function arrayOf<T>(oid: number, items: Items<T>, write: (into: BinaryFields, item: T) => void): Buffer {
  fields.cutTo(0);
  fields.array(oid, items, write);
  // As a parameter it stands without its own length.
  const array = Buffer.from(fields.between(4, fields.end));
  if (fields.end > KEPT_BYTES) fields = new BinaryFields();
  return array;
}
