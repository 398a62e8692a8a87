import { type IncomingMessage } from 'node:http';

export type BodyRead =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too_large'; readonly received: number }
  | { readonly kind: 'timeout'; readonly received: number }
  /** The sender went away: nobody is left to be answered. */
  | { readonly kind: 'gone' };

/** Reads a body up to a limit of bytes and time. The declared length is compared before, the true one here. */
export function readBody(request: IncomingMessage, maxBytes: number, withinMs: number): Promise<BodyRead> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const end = (result: BodyRead): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > maxBytes) {
        request.pause();
        end({ kind: 'too_large', received });
      } else chunks.push(chunk);
    };
    const onEnd = (): void => {
      const [only] = chunks;
      end({ kind: 'whole', bytes: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks) });
    };
    const onGone = (): void => end({ kind: 'gone' });
    const timer = setTimeout(() => end({ kind: 'timeout', received }), withinMs);
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

/** Reads on for a while and forgets what comes, so that a sender in the middle of its body gets to read the answer. */
export function discardRest(request: IncomingMessage, forMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (request.complete || request.destroyed) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      request.off('end', done).off('close', done).off('error', done);
      resolve();
    };
    const timer = setTimeout(done, forMs);
    request.on('end', done).on('close', done).on('error', done);
    request.resume();
  });
}
