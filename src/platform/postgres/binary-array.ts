/**
 * One-dimensional arrays in PostgreSQL's binary form. A batch of events travels as one Buffer per column: node-postgres
 * sends Buffers in binary, so neither side quotes, escapes or hex-codes what may be a megabyte of raw webhook.
 */
const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  timestamptz: 1184,
  uuid: 2950,
} as const;

/** Milliseconds from the Unix epoch to PostgreSQL's, 2000-01-01. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

type Item<T> = T | null | undefined;

export function textArray(items: readonly Item<string>[]): Buffer {
  return variable(
    OID.text,
    items,
    (text) => Buffer.byteLength(text),
    (text, out, at) => out.write(text, at),
  );
}

export function byteaArray(items: readonly Item<Uint8Array>[]): Buffer {
  return variable(
    OID.bytea,
    items,
    (bytes) => bytes.length,
    (bytes, out, at) => out.set(bytes, at),
  );
}

/** Bytes that are at hand as hex text. */
export function hexArray(items: readonly Item<string>[]): Buffer {
  return variable(
    OID.bytea,
    items,
    (hex) => hex.length / 2,
    (hex, out, at) => out.write(hex, at, 'hex'),
  );
}

export function uuidArray(items: readonly Item<string>[]): Buffer {
  return variable(
    OID.uuid,
    items,
    () => 16,
    (uuid, out, at) => out.write(uuid.replaceAll('-', ''), at, 'hex'),
  );
}

export function int2Array(items: readonly Item<number>[]): Buffer {
  return variable(
    OID.int2,
    items,
    () => 2,
    (n, out, at) => out.writeInt16BE(n, at),
  );
}

export function int4Array(items: readonly Item<number>[]): Buffer {
  return variable(
    OID.int4,
    items,
    () => 4,
    (n, out, at) => out.writeInt32BE(n, at),
  );
}

export function int8Array(items: readonly Item<number>[]): Buffer {
  return variable(OID.int8, items, () => 8, writeInt64);
}

/** From milliseconds of the Unix epoch. */
export function timestamptzArray(items: readonly Item<number>[]): Buffer {
  return variable(
    OID.timestamptz,
    items,
    () => 8,
    (ms, out, at) => writeInt64((ms - POSTGRES_EPOCH_MS) * 1000, out, at),
  );
}

/** Two 32-bit halves: BigInt would allocate for each number. Exact for every safe integer. */
function writeInt64(n: number, out: Buffer, at: number): void {
  const high = Math.floor(n / 0x1_0000_0000);
  out.writeInt32BE(high, at);
  out.writeUInt32BE(n - high * 0x1_0000_0000, at + 4);
}

function variable<T extends string | number | Uint8Array>(
  oid: number,
  items: readonly Item<T>[],
  sizeOf: (item: T) => number,
  write: (item: T, out: Buffer, at: number) => void,
): Buffer {
  let size = 20;
  let hasNull = 0;
  for (const item of items) {
    size += 4;
    if (item === null || item === undefined) hasNull = 1;
    else size += sizeOf(item);
  }
  const out = Buffer.allocUnsafe(items.length === 0 ? 12 : size);
  out.writeInt32BE(items.length === 0 ? 0 : 1, 0);
  out.writeInt32BE(hasNull, 4);
  out.writeInt32BE(oid, 8);
  if (items.length === 0) return out;
  out.writeInt32BE(items.length, 12);
  out.writeInt32BE(1, 16);
  let at = 20;
  for (const item of items) {
    if (item === null || item === undefined) {
      out.writeInt32BE(-1, at);
      at += 4;
      continue;
    }
    const length = sizeOf(item);
    out.writeInt32BE(length, at);
    write(item, out, at + 4);
    at += 4 + length;
  }
  return out;
}
