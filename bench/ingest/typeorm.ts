import 'reflect-metadata';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Server } from 'node:http';
import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  Inject,
  Module,
  Post,
  UnauthorizedException,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { z } from 'zod';
import { print } from '../support/figures';
import { type PlainOptions } from './contenders';
import { openTypeOrm } from './typeorm-row';

/**
 * What a team writes on its first day: a plain Nest application on the framework's own server (Express), a controller that
 * checks the signature and the fields, and one `save` for each webhook. The sender's event id is the primary key, so that
 * `save` takes a webhook that comes again for the same row. It has no tickets, no guard, no raw bytes and no order.
 */
@Entity({ name: 'crm_event' })
class CrmEvent {
  @PrimaryColumn('uuid', { name: 'event_id' })
  eventId!: string;

  @Column('text', { name: 'ticket_id', nullable: true })
  ticketId!: string | null;

  @Column('text')
  type!: string;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date;

  @Column('jsonb')
  data!: object;
}

const webhookSchema = z.object({
  event_id: z.uuid(),
  event_type: z.string(),
  timestamp: z.iso.datetime(),
  signature: z.string(),
  data: z.looseObject({ ticket_id: z.string().nullish() }),
});

const SECRET = Symbol('Secret');

@Controller('v1/ingress')
class WebhookController {
  constructor(
    @Inject(DataSource) private readonly db: DataSource,
    @Inject(SECRET) private readonly secret: string,
  ) {}

  @Post('crm')
  @HttpCode(200)
  async receive(@Body() body: unknown): Promise<object> {
    const parsed = webhookSchema.safeParse(body);
    if (!parsed.success) throw new BadRequestException(parsed.error.issues);
    const { event_id, event_type, timestamp, signature, data } = parsed.data;
    const wanted = createHmac('sha256', this.secret)
      .update(event_id + event_type + timestamp)
      .digest();
    const given = Buffer.from(signature, 'hex');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new UnauthorizedException();
    const events = this.db.getRepository(CrmEvent);
    await events.save(
      events.create({
        eventId: event_id,
        ticketId: data.ticket_id ?? null,
        type: event_type,
        occurredAt: new Date(timestamp),
        receivedAt: new Date(),
        data,
      }),
    );
    return { status: 'accepted', event_id };
  }
}

async function main(): Promise<void> {
  const { databaseUrl, secret } = JSON.parse(process.argv[2] ?? '') as PlainOptions;
  const source = await openTypeOrm(databaseUrl, CrmEvent);
  @Module({
    controllers: [WebhookController],
    providers: [
      { provide: DataSource, useValue: source },
      { provide: SECRET, useValue: secret },
    ],
  })
  class PlainModule {}
  const app = await NestFactory.create(PlainModule, { logger: ['warn', 'error'] });
  await app.listen(0, '127.0.0.1');
  // The generator keeps its connections while others have their turn.
  (app.getHttpServer() as Server).keepAliveTimeout = 0;
  process.once('SIGTERM', () => {
    void app
      .close()
      .then(() => source.destroy())
      .then(() => process.exit(0));
  });
  print(`ready on ${(await app.getUrl()).replace('[::1]', '127.0.0.1')}`);
}

void main();
