import { z } from 'zod';
import { asError } from '../kernel/errors';

const FIRST_INSTANT = Date.UTC(2000, 0, 1);

const importLine = z.strictObject({
  received_at: z.iso.datetime({ offset: true }).optional(),
  // Of any kind: what it may be is not the line's to judge.
  body: z.custom<unknown>((value) => value !== undefined, 'expected what the sender would have posted'),
});

export interface ImportedLine {
  readonly receivedAt: number;
  /** The body, byte for byte as it stands in the line. */
  readonly raw: Buffer;
  /** Of a sender whose events are known by it; else null. */
  readonly eventId: string | null;
}

/** One line of history, or what is wrong with it. */
export function readImportLine(line: Buffer, now: number): ImportedLine | string {
  const text = line.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return `no JSON: ${asError(thrown).message}`;
  }
  const parsed = importLine.safeParse(value);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  const { received_at, body } = parsed.data;
  const receivedAt = received_at === undefined ? now : Date.parse(received_at);
  if (receivedAt < FIRST_INSTANT || receivedAt > now)
    return 'received_at: expected an instant between 2000 and now';
  return { receivedAt, raw: memberOf(line, 'body'), eventId: eventIdOf(body) };
}

function eventIdOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const id: unknown = (body as Readonly<Record<string, unknown>>)['event_id'];
  return typeof id === 'string' ? id : null;
}

/** The bytes of a member of what is known to be a JSON object; of two equal keys the last counts, as with JSON.parse. */
function memberOf(line: Buffer, name: string): Buffer {
  // One character for each byte: what separates members is ASCII.
  const text = line.toString('latin1');
  let found = line.subarray(0, 0);
  let depth = 0;
  let key = '';
  let from = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]+|\\.)*"|[{}[\]:,]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && token === ':') from = index + 1;
    else if (depth === 1 && token !== ',' && from === 0) key = JSON.parse(token) as string;
    if (from === 0 || !(depth === 0 || (depth === 1 && token === ','))) continue;
    if (key === name) found = trimmed(line.subarray(from, index));
    from = 0;
  }
  return found;
}

function trimmed(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const from = text.length - text.trimStart().length;
  return bytes.subarray(from, text.trimEnd().length);
}
