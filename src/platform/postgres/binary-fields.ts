/** Milliseconds from the Unix epoch to PostgreSQL's, 2000-01-01. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const DAY_MS = 86_400_000;
/** Of JavaScript's calendar. */
const LAST_INSTANT_MS = 8.64e15;
const TWO_TO_32 = 0x1_0000_0000;
const FIRST_CAPACITY = 16 * 1024;
/** Where a loop in JavaScript is done before a call of Node's encoder has begun. */
const SHORT_TEXT = 40;

/**
 * Values in PostgreSQL's binary form, each behind its length, one after the other: neither side then writes or reads numbers
 * and instants as text, which takes both longer than all the rest of it. What a type can't hold throws, before PostgreSQL
 * sees it.
 */
export class BinaryFields {
  #bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #view = viewOf(this.#bytes);
  #end = 0;

  /** In bytes: where the next one begins. */
  get end(): number {
    return this.#end;
  }

  /** Valid until something is added or cut off. */
  between(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, to);
  }

  /** What stands behind is forgotten. */
  cutTo(end: number): void {
    this.#end = end;
  }

  /** The head of a row of COPY. */
  row(columns: number): void {
    this.#reserve(2);
    this.#view.setInt16(this.#end, columns);
    this.#end += 2;
  }

  none(): void {
    this.#int32(-1);
  }

  bytea(bytes: Uint8Array): void {
    this.#reserve(4 + bytes.length);
    this.#view.setInt32(this.#end, bytes.length);
    this.#bytes.set(bytes, this.#end + 4);
    this.#end += 4 + bytes.length;
  }

  text(text: string): void {
    const { length } = text;
    this.#reserve(4 + 3 * length);
    const start = this.#end + 4;
    const size = this.#shortAscii(text, start) ? length : this.#bytes.write(text, start);
    this.#view.setInt32(this.#end, size);
    this.#end = start + size;
  }

  /** False, with nothing to be kept, where it is neither. */
  #shortAscii(text: string, start: number): boolean {
    if (text.length > SHORT_TEXT) return false;
    const bytes = this.#bytes;
    for (let n = 0; n < text.length; n += 1) {
      const code = text.charCodeAt(n);
      if (code > 127) return false;
      bytes[start + n] = code;
    }
    return true;
  }

  boolean(flag: boolean): void {
    this.#reserve(5);
    this.#view.setInt32(this.#end, 1);
    this.#view.setInt8(this.#end + 4, flag ? 1 : 0);
    this.#end += 5;
  }

  smallint(n: number): void {
    if ((n << 16) >> 16 !== n) throw new RangeError(`${n} is not a smallint`);
    this.#reserve(6);
    this.#view.setInt32(this.#end, 2);
    this.#view.setInt16(this.#end + 4, n);
    this.#end += 6;
  }

  int(n: number): void {
    if ((n | 0) !== n) throw new RangeError(`${n} is not an int`);
    this.#reserve(8);
    this.#view.setInt32(this.#end, 4);
    this.#view.setInt32(this.#end + 4, n);
    this.#end += 8;
  }

  bigint(n: number): void {
    if (!Number.isSafeInteger(n)) throw new RangeError(`${n} is not a whole number that is exact`);
    this.#int64(n);
  }

  /** From ms UTC. */
  timestamptz(ms: number): void {
    if (!(Math.abs(ms) <= LAST_INSTANT_MS)) throw new RangeError(`${ms} is not an instant`);
    const since = Math.trunc(ms) - POSTGRES_EPOCH_MS;
    const isExact = Number.isSafeInteger(since * 1000);
    this.#int64(isExact ? since * 1000 : 0);
    if (!isExact) this.#view.setBigInt64(this.#end - 8, BigInt(since) * 1000n);
  }

  /** From YYYY-MM-DD, and nothing else: JavaScript makes a day of much that is none. */
  date(day: string): void {
    const ms = Date.parse(day);
    if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day)
      throw new RangeError(`${day} is not a day`);
    this.int((ms - POSTGRES_EPOCH_MS) / DAY_MS);
  }

  uuid(uuid: string): void {
    if (this.#hex(uuid, 16) !== uuid.length) throw new RangeError(`${uuid} is not a UUID`);
  }

  /** A bytea that is at hand as hex text. */
  hex(hex: string): void {
    if (this.#hex(hex, hex.length >> 1) !== hex.length) throw new RangeError(`${hex} is not hex`);
  }

  /** A field of so many bytes; dashes between them do not count. Returns how much it has read, -1 where that is no hex. */
  #hex(text: string, size: number): number {
    this.#reserve(4 + size);
    this.#view.setInt32(this.#end, size);
    let at = this.#end + 4;
    const end = at + size;
    let n = 0;
    for (; at < end; at += 1, n += 2) {
      if (text.charCodeAt(n) === DASH) n += 1;
      const high = HEX[text.charCodeAt(n)] ?? NO_DIGIT;
      const low = HEX[text.charCodeAt(n + 1)] ?? NO_DIGIT;
      if ((high | low) > 15) return -1;
      this.#bytes[at] = (high << 4) | low;
    }
    this.#end = end;
    return n;
  }

  /** An array of one dimension; `oid` is of its elements. */
  array<T>(
    oid: number,
    items: readonly (T | null | undefined)[],
    write: (into: BinaryFields, item: T) => void,
  ): void {
    const start = this.#end;
    for (const word of [0, items.length === 0 ? 0 : 1, 0, oid]) this.#int32(word);
    if (items.length > 0) for (const word of [items.length, 1]) this.#int32(word);
    let hasNull = 0;
    // By index: an iterator would make an object for each item, and these are the columns of every event.
    for (let n = 0; n < items.length; n += 1) {
      const item = items[n];
      if (item === null || item === undefined) {
        this.none();
        hasNull = 1;
      } else write(this, item);
    }
    this.#view.setInt32(start, this.#end - start - 4);
    this.#view.setInt32(start + 8, hasNull);
  }

  #int32(n: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#end, n);
    this.#end += 4;
  }

  /** A field of two halves of 32 bits: BigInt would allocate for each number. */
  #int64(n: number): void {
    this.#reserve(12);
    const high = Math.floor(n / TWO_TO_32);
    this.#view.setInt32(this.#end, 8);
    this.#view.setInt32(this.#end + 4, high);
    this.#view.setUint32(this.#end + 8, n - high * TWO_TO_32);
    this.#end += 12;
  }

  #reserve(size: number): void {
    const needed = this.#end + size;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, needed));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

const DASH = '-'.charCodeAt(0);
const NO_DIGIT = 255;
const HEX = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, digit] of Array.from('0123456789abcdef').entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
