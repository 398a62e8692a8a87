import 'reflect-metadata';
import { Body, Controller, Inject, Module, Param, Post, Res, SetMetadata } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyReply } from 'fastify';
import { type Understood } from '../../src/ingress/dialects/dialect';
import { readTelegramCrm } from '../../src/ingress/dialects/telegram-crm';
import { isWellFormed, verifyEnvelope } from '../../src/ingress/envelope-signature';
import { type LiveKey } from '../../src/ingress/sources/source-registry';
import { BearerGuard, NEEDS, TOKEN_VERIFIER } from '../../src/platform/http/bearer-guard';
import { httpAdapter } from '../../src/platform/http/http-server';
import { ProblemFilter } from '../../src/platform/http/problem-filter';
import { print } from '../support/figures';
import { type Sender } from '../support/ticket-lives';

/** What a peer's process is told. */
export interface PeerOptions {
  readonly databaseUrl: string;
  readonly sender: Sender;
}

export type Kept = 'accepted' | 'duplicate' | 'rejected';

/** A peer's store. */
export interface Keeper {
  keep(event: Understood, receivedAt: number): Promise<Kept>;
}

const KEEPER = Symbol('Keeper');
const SENDER = Symbol('Sender');
const STATUS: Readonly<Record<Kept, number>> = { accepted: 200, duplicate: 200, rejected: 409 };

/**
 * The peers' ingress: casetrail's HTTP server, guard, signature check and zod schemas. What only casetrail's store asks
 * for (fingerprint, split of personal fields, canonical JSON) is not done here, so no peer pays for it.
 */
@Controller('v1/ingress')
@SetMetadata(NEEDS, 'public')
class PeerController {
  readonly #keys: readonly LiveKey[];

  constructor(
    @Inject(KEEPER) private readonly keeper: Keeper,
    @Inject(SENDER) private readonly sender: Sender,
  ) {
    this.#keys = [{ keyId: 'k_1', secret: sender.secret, notBefore: 0, notAfter: null }];
  }

  @Post(':source')
  async receive(
    @Param('source') _source: string,
    @Body() raw: Buffer,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const receivedAt = Date.now();
    const read = this.#authentic(raw, receivedAt);
    if (typeof read === 'string') {
      await reply.status(401).send({ status: read });
      return;
    }
    const status = await this.keeper.keep(read, receivedAt);
    await reply
      .status(STATUS[status])
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify({ status, event_id: read.sourceEventId }));
  }

  #authentic(raw: Buffer, now: number): Understood | string {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw)) as Record<string, unknown>;
    const { signature, event_id: eventId, event_type: eventType, timestamp, source } = json;
    if (typeof signature !== 'string' || !isWellFormed(signature)) return 'signature_malformed';
    const envelope = {
      signature,
      eventId: String(eventId),
      eventType: String(eventType),
      timestamp: String(timestamp),
    };
    if (verifyEnvelope(this.#keys, envelope, now) === null) return 'signature_invalid';
    const integration = (source as Record<string, unknown> | undefined)?.['integration_id'];
    if (integration !== this.sender.integrationId) return 'integration_mismatch';
    const read = readTelegramCrm(json);
    return read.kind === 'event' ? read : read.kind;
  }
}

/** Serves a peer's store until SIGTERM. */
export async function servePeer(keeper: Keeper, sender: Sender, close: () => Promise<void>): Promise<void> {
  @Module({
    controllers: [PeerController],
    providers: [
      { provide: KEEPER, useValue: keeper },
      { provide: SENDER, useValue: sender },
      { provide: TOKEN_VERIFIER, useValue: { verify: () => Promise.resolve(null) } },
      { provide: APP_GUARD, useClass: BearerGuard },
      { provide: APP_FILTER, useClass: ProblemFilter },
    ],
  })
  class PeerModule {}

  const app = await NestFactory.create<NestFastifyApplication>(PeerModule, httpAdapter(), {
    bodyParser: false,
    logger: ['error', 'warn'],
  });
  await listenUntilTold(app, close);
}

export async function listenUntilTold(
  app: NestFastifyApplication,
  close: () => Promise<void>,
): Promise<void> {
  process.once('SIGTERM', () => {
    void app
      .close()
      .then(close)
      .then(() => process.exit(0));
  });
  await app.listen(0, '127.0.0.1');
  const address = app.getHttpServer().address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  print(`ready on http://127.0.0.1:${address.port}`);
}

export function peerOptions(): PeerOptions {
  return JSON.parse(process.argv[2] ?? '') as PeerOptions;
}
