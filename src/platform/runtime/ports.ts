import { createServer } from 'node:net';
import { startupError } from './startup-error';

const LOOPBACK = '127.0.0.1';
// Below the ephemeral range (Linux: from 32768 on), where an outgoing connection could sit on the port at the next start.
const LOWEST = 20_000;
const COUNT = 12_000;
const TRIES = 50;

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: LOOPBACK, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The preferred port if it is free, else any free one; a server may still lose the race for it and must ask again. */
export async function freePort(
  preferred: number | undefined,
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  if (preferred !== undefined && !taken.has(preferred) && (await isPortFree(preferred))) return preferred;
  for (let tried = 0; tried < TRIES; tried++) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw startupError('dependency_unavailable', `No free port found on ${LOOPBACK}.`);
}
