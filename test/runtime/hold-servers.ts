import { openDataDir } from '../../src/platform/runtime/data-dir';
import { startEmbeddedPostgres } from '../../src/platform/runtime/embedded-postgres';
import { startKafka } from '../../src/platform/runtime/kafka-launcher';
import { isAlive, identityOf } from '../../src/platform/runtime/processes';
import { CACHE_DIR } from '../support/cluster';

/**
 * A parent of servers, made to be killed: takes the data directory and starts what it is told to, says so on stdout
 * and waits. On SIGINT it looks first whether its server got the signal too, then stops it.
 */
async function main(dataDir: string, what: string): Promise<void> {
  const lock = openDataDir(dataDir).acquire();
  const log = (): void => undefined;
  if (what === 'kafka') {
    const kafka = await startKafka({ dataDir, cacheDir: CACHE_DIR, log });
    say(kafka.available ? { pid: kafka.nodes[0]?.pid, brokers: kafka.brokers } : { reason: kafka.reason });
  } else {
    const postgres = await startEmbeddedPostgres({ dataDir, log, database: 'kept' });
    const server = identityOf(postgres.pid);
    process.once('SIGINT', () => {
      setTimeout(() => {
        say({ serverAlive: server !== undefined && isAlive(server) });
        void postgres.stop().then(() => {
          lock.release();
          process.exit(0);
        });
      }, 200);
    });
    say({ pid: postgres.pid, url: postgres.url });
  }
  setInterval(() => undefined, 1000);
}

function say(facts: object): void {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}

void main(process.argv[3] ?? '', process.argv[4] ?? 'postgres');
