import { createHash } from 'node:crypto';
import { type DescribedAnswer } from './openapi';

const NOT_MODIFIED = 304;

/** What a call that goes through `unlessKnown` may be answered beside the rest. */
export const notModified: Readonly<Record<number, DescribedAnswer>> = {
  [NOT_MODIFIED]: { description: 'The ETag in If-None-Match still holds.' },
};

/** As much of the HTTP framework's request and reply as is needed here. */
export interface Asked {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
export interface Reply {
  header(name: string, value: string): unknown;
  status(code: number): unknown;
}

/** RFC 9110: sends the tag along, and no body (304) to a caller who has this very state already. */
export function unlessKnown<T>(request: Asked, reply: Reply, tag: string, body: T): T | undefined {
  reply.header('etag', tag);
  // Whoever keeps the answer asks before using it again; nobody shares it, since a token decides what it shows.
  reply.header('cache-control', 'private, no-cache');
  const known = request.headers['if-none-match'];
  if (typeof known !== 'string' || !names(known, tag)) return body;
  reply.status(NOT_MODIFIED);
  return undefined;
}

/** Of an answer that has no version of its own. */
export function weakTag(body: unknown): string {
  return `W/"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`;
}

/** If-None-Match compares weakly, whatever kind of tag it names. */
function names(list: string, tag: string): boolean {
  if (list.trim() === '*') return true;
  const wanted = opaque(tag);
  return list.split(',').some((item) => opaque(item.trim()) === wanted);
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}
