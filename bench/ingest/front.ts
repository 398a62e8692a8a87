import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config/config';
import { type Incoming } from '../../src/ledger/incoming';
import { type Outcome } from '../../src/ledger/outcome';
import { runApp } from '../../src/main';
import { migrate } from '../../src/platform/postgres/migrate';
import { print } from '../support/figures';

/** What a peer's process is told. */
export interface PeerOptions {
  readonly databaseUrl: string;
  readonly secretsKey: string;
}

/** A store in the place of casetrail's: what Ledger.append answers. */
export interface PeerStore {
  append(incoming: Incoming): Promise<Outcome>;
  close(): Promise<void>;
}

/**
 * The product's own server with another store behind it: HTTP, signature, schemas and answer are the same code for all
 * contenders. Peers pay for a fingerprint and the split of personal fields that they do not need, a few microseconds.
 */
export async function servePeer(open: (databaseUrl: string) => Promise<PeerStore>): Promise<void> {
  const { databaseUrl, secretsKey } = JSON.parse(process.argv[2] ?? '') as PeerOptions;
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    KAFKA: 'off',
    ROLES: 'ingress',
    PORT: '0',
    LOG_LEVEL: 'warn',
  });
  await migrate({ url: databaseUrl, lanes: config.lanes });
  const store = await open(databaseUrl);
  const app = await runApp(config, {
    databaseUrl,
    databaseRole: 'casetrail_app',
    kafkaBrokers: null,
    secretsKey,
    adminToken: randomBytes(24).toString('hex'),
  });
  app.services.ledger.append = (incoming) => store.append(incoming);
  process.once('SIGTERM', () => {
    void app
      .close()
      .then(() => store.close())
      .then(() => process.exit(0));
  });
  print(`ready on ${app.url}`);
}

/** The answer of a store without lanes. */
export function stored(incoming: Incoming, position: number, verdict: 'accepted' | 'rejected'): Outcome {
  const { eventId, type } = incoming;
  return {
    kind: 'stored',
    receipt: { lane: 0, position, eventId, type, version: null, verdict, reason: null, after: null },
  };
}
