import { type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readBody } from '../../platform/http/read-body';
import { type Answer, type Answers } from '../answer';
import { isGzip, tooLarge } from './door-checks';
import { type Arrival } from './arrival';

const SECOND = 1000;
const BODY_WITHIN_MS = 10 * SECOND;
/** JSON rarely shrinks beyond a tenth; what blows up further was made to. */
const INFLATION_MAX = 20;

const inflate = promisify(gunzip);

export interface TakenBody {
  /** As the sender signed it: after decompression. */
  readonly raw: Buffer;
  readonly wireBytes: number;
}

/** Rows 8 to 10: the body, an answer to what is wrong with it, or null when the sender went away. */
export async function takeBody(
  request: IncomingMessage,
  arrival: Arrival,
  answers: Answers,
  limit: number,
): Promise<TakenBody | Answer | null> {
  const read = await readBody(request, limit, BODY_WITHIN_MS);
  switch (read.kind) {
    case 'gone':
      return null;
    case 'too_large':
      return tooLarge(answers, limit);
    case 'timeout': {
      const detail = `The body did not arrive within ${BODY_WITHIN_MS / SECOND} s; ${read.received} bytes of it came.`;
      return answers.refusal('body_timeout', detail, { closes: true });
    }
    case 'whole':
      return isGzip(arrival)
        ? inflated(read.bytes, answers, limit)
        : { raw: read.bytes, wireBytes: read.bytes.length };
  }
}

async function inflated(bytes: Buffer, answers: Answers, limit: number): Promise<TakenBody | Answer> {
  const maxOutputLength = Math.max(1, Math.min(limit, bytes.length * INFLATION_MAX));
  try {
    return { raw: await inflate(bytes, { maxOutputLength }), wireBytes: bytes.length };
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      const detail = `Unpacked the body is larger than ${maxOutputLength} bytes (at most ${limit}, and ${INFLATION_MAX} times what was sent).`;
      return answers.refusal('payload_too_large', detail, { members: { limit_bytes: maxOutputLength } });
    }
    return answers.refusal(
      'unsupported_content_encoding',
      'The body is not the gzip that Content-Encoding says it is.',
    );
  }
}
