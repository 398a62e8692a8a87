import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module';
import { type AppServices } from '../../src/app-services';
import { loadConfig } from '../../src/config/config';
import { type FactFields, factOf } from '../../src/domain/fact';
import { judge } from '../../src/domain/judge';
import { type TicketHead } from '../../src/domain/ticket-head';
import { PROFILES } from '../../src/ingress/profiles';
import { WebhookReceiver } from '../../src/ingress/receive';
import { type Source, type SourceRegistry } from '../../src/ingress/sources/source-registry';
import { laneOf } from '../../src/kernel/ticket-key';
import { type Incoming } from '../../src/ledger/incoming';
import { type Ledger } from '../../src/ledger/ledger';
import { type Outcome } from '../../src/ledger/outcome';
import { AppLogger } from '../../src/platform/http/app-logger';
import { httpAdapter } from '../../src/platform/http/http-server';
import { listenUntilTold, peerOptions } from './front';

/**
 * The ledger of the ceiling: judges by heads in memory and answers at once. Left out: salts, content hashes, canonical
 * JSON of data and personal part, natural keys, the queue and its batches, encoding, PostgreSQL, and the wait for it.
 */
class MemoryLedger implements Pick<Ledger, 'append'> {
  readonly #heads = new Map<string, TicketHead>();
  readonly #positions: number[];

  constructor(private readonly lanes: number) {
    this.#positions = Array.from({ length: lanes }, () => 0);
  }

  append(incoming: Incoming): Promise<Outcome> {
    const head = this.#heads.get(incoming.partitionKey) ?? null;
    const ref = `${incoming.source}/${incoming.dedupeKey}`;
    const judged = judge(head, factOf({ ...incoming, ref } as unknown as FactFields));
    if (judged === null) return Promise.reject(new Error('the ceiling keeps no history'));
    this.#heads.set(incoming.partitionKey, judged.head);
    const lane = laneOf(incoming.partitionKey, this.lanes);
    const position = (this.#positions[lane] ?? 0) + 1;
    this.#positions[lane] = position;
    const { verdict, reason, type, after } = judged;
    const receipt = {
      lane,
      position,
      eventId: incoming.eventId,
      type,
      version: judged.head.version,
      verdict,
      reason,
      after,
    };
    return Promise.resolve({ kind: 'stored', receipt });
  }
}

/** The product's own Nest application, controller and receiver. */
async function main(): Promise<void> {
  const { sender } = peerOptions();
  const config = loadConfig({ KAFKA: 'off', ROLES: 'ingress' });
  const source: Source = {
    name: sender.integrationId,
    key: 'bench',
    tenant: sender.integrationId,
    integrationId: sender.integrationId,
    status: 'active',
    profile: PROFILES['telegram-crm'],
    keys: [{ keyId: 'k_1', secret: sender.secret, notBefore: 0, notAfter: null }],
  };
  const receiver = new WebhookReceiver({
    db: { query: () => Promise.reject(new Error('the ceiling has no database')) },
    ledger: new MemoryLedger(config.lanes) as unknown as Ledger,
    sources: { find: () => Promise.resolve(source) } as unknown as SourceRegistry,
    log: () => undefined,
  });
  const services = {
    receiver,
    db: {},
    tokens: { verify: () => Promise.resolve(null) },
    draining: false,
    databaseAnswers: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  } as unknown as AppServices;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, services),
    httpAdapter(),
    {
      bodyParser: false,
      logger: new AppLogger('warn', false),
    },
  );
  await listenUntilTold(app, () => Promise.resolve());
}

void main();
