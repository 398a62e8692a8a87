/** What is about to pass between a node and its servers. A place is a topic and its partition, which is a lane. */
export type Moment =
  | { readonly kind: 'batch sent' | 'batch answered'; readonly place: string }
  /** Several lanes move theirs together. */
  | { readonly kind: 'checkpoints sent' | 'checkpoints stored'; readonly places: readonly string[] }
  /** The end of a partition is read: a lane is opened. */
  | { readonly kind: 'tail asked' };

/** Reads the bytes of one connection in both directions. */
export interface Reader {
  request(bytes: Buffer): Moment | undefined;
  answer(bytes: Buffer): Moment | undefined;
}

const PRODUCE = 0;
const FETCH = 1;

/** Kafka's protocol as kafkajs speaks it: a request names its kind and a number, an answer has the number. */
export function kafkaReader(): Reader {
  const [requests, answers] = [new Frames(), new Frames()];
  let sent: { readonly place: string; readonly id: number } | undefined;
  return {
    request(bytes) {
      const frames = requests.of(bytes);
      const produce = frames.find((frame) => frame.readInt16BE(4) === PRODUCE);
      if (produce !== undefined) {
        sent = { place: placeOf(produce), id: produce.readInt32BE(8) };
        return { kind: 'batch sent', place: sent.place };
      }
      // The relay fetches nothing else.
      return frames.some((frame) => frame.readInt16BE(4) === FETCH) ? { kind: 'tail asked' } : undefined;
    },
    answer(bytes) {
      const isAnswered = answers.of(bytes).some((frame) => frame.readInt32BE(4) === sent?.id);
      if (!isAnswered || sent === undefined) return undefined;
      const { place } = sent;
      sent = undefined;
      return { kind: 'batch answered', place };
    },
  };
}

/** The first topic and partition of a Produce request; the relay sends one of each. */
function placeOf(frame: Buffer): string {
  let at = 12;
  const text = (): string => {
    const length = Math.max(0, frame.readInt16BE(at));
    const found = frame.toString('utf8', at + 2, at + 2 + length);
    at += 2 + length;
    return found;
  };
  text(); // client id
  text(); // transactional id
  at += 2 + 4 + 4; // acks, timeout, number of topics
  const topic = text();
  return `${topic} ${frame.readInt32BE(at + 4)}`;
}

const SIZE_BYTES = 4;
/** Of a frame that comes in pieces: what is read of it lies within. */
const ENOUGH_BYTES = 512;

/** Requests and answers each begin with their length; a chunk may hold several, or the middle of one. */
class Frames {
  #rest = 0;
  #held: Buffer = Buffer.alloc(0);

  /** Those of which enough is there since this chunk. */
  of(bytes: Buffer): Buffer[] {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const found: Buffer[] = [];
    let at = this.#rest;
    while (at + SIZE_BYTES <= all.length) {
      const size = SIZE_BYTES + all.readInt32BE(at);
      if (all.length - at < Math.min(size, ENOUGH_BYTES)) break;
      found.push(all.subarray(at));
      at += size;
    }
    this.#held = all.subarray(Math.min(at, all.length));
    this.#rest = Math.max(0, at - all.length);
    return found;
  }
}

const BIND = Buffer.from('\0follower_advance_all\0');

/** PostgreSQL's protocol as pg speaks it: one statement at a time on a connection. */
export function postgresReader(): Reader {
  let sent: readonly string[] | undefined;
  return {
    request(bytes) {
      sent = checkpointsIn(bytes);
      return sent === undefined ? undefined : { kind: 'checkpoints sent', places: sent };
    },
    answer() {
      if (sent === undefined) return undefined;
      const places = sent;
      sent = undefined;
      return { kind: 'checkpoints stored', places };
    },
  };
}

/** Of a relay; the statement's first two parameters are arrays of followers and of lanes, as text. */
function checkpointsIn(bytes: Buffer): readonly string[] | undefined {
  const found = bytes.indexOf(BIND);
  if (found === -1) return undefined;
  let at = found + BIND.length;
  at += 2 + 2 * bytes.readInt16BE(at) + 2;
  const items = (): string[] => {
    const length = bytes.readInt32BE(at);
    const text = bytes.toString('utf8', at + 4, at + 4 + length);
    at += 4 + length;
    return text.replaceAll(/[{}"]/g, '').split(',');
  };
  const followers = items();
  const lanes = items();
  const places = followers.flatMap((follower, n) =>
    follower.startsWith('relay:') ? [`${follower.slice('relay:'.length)} ${lanes[n] ?? ''}`] : [],
  );
  return places.length === 0 ? undefined : places;
}
