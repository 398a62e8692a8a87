import { Client } from 'pg';
import { backoffMs, pause } from '../../kernel/backoff';
import { asError } from '../../kernel/errors';

const SECOND = 1000;

export interface Listener {
  stop(): Promise<void>;
}

export interface ListenOptions {
  /** Straight to PostgreSQL: a transaction-mode pooler accepts LISTEN and then delivers nothing. */
  readonly url: string;
  readonly channel: string;
  readonly hear: (payload: string) => void;
  readonly log: (message: string) => void;
}

/** Hears the channel on a connection of its own, which is made again whenever it is lost. What came meanwhile is missed. */
export function listen(options: ListenOptions): Listener {
  const stopping = new AbortController();
  const told = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const running = keepListening(options, stopping.signal, told);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function keepListening(
  options: ListenOptions,
  stopping: AbortSignal,
  told: Promise<void>,
): Promise<void> {
  for (let failures = 0; !stopping.aborted; failures += 1) {
    try {
      await listenOnce(options, told, () => (failures = 0));
    } catch (thrown) {
      if (failures === 0) options.log(`LISTEN: ${asError(thrown).message}; polling goes on`);
    }
    await pause(backoffMs(failures, 100, 10 * SECOND, Math.random), stopping);
  }
}

/** Resolves when it is told to stop; throws when the connection fails or is lost. */
async function listenOnce(
  { url, channel, hear }: ListenOptions,
  told: Promise<void>,
  onListening: () => void,
): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: 'casetrail-listen',
    connectionTimeoutMillis: 5 * SECOND,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10 * SECOND,
    query_timeout: 5 * SECOND,
  });
  const lost = new Promise<never>((_, reject) => {
    client.on('error', reject);
    client.on('end', () => reject(new Error('the connection was closed')));
  });
  // It is awaited only once the connection stands.
  lost.catch(() => undefined);
  client.on('notification', ({ payload }) => hear(payload ?? ''));
  try {
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    onListening();
    await Promise.race([lost, told]);
  } finally {
    await client.end().catch(() => undefined);
  }
}
