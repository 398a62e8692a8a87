import { Body, Controller, Headers, Param, Post, Res, SetMetadata } from '@nestjs/common';
import { type HttpReply } from '../platform/http/http-reply';
import { NEEDS } from '../platform/http/bearer-guard';
import { PROBLEM_JSON } from '../platform/http/problem';
import { WebhookReceiver } from './receive';

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Public: a webhook proves its sender by its own credentials. */
@Controller('v1/ingress')
@SetMetadata(NEEDS, 'public')
export class WebhookController {
  constructor(private readonly receiver: WebhookReceiver) {}

  /** Some senders insist on a path that ends in /webhook or /callback. */
  @Post([':source', ':source/webhook', ':source/callback'])
  async receive(
    @Param('source') source: string,
    @Body() raw: Buffer | undefined,
    @Headers('traceparent') traceparent: string | undefined,
    @Res() reply: HttpReply,
  ): Promise<void> {
    const answer = await this.receiver.receive(source, {
      raw: raw ?? Buffer.alloc(0),
      receivedAt: Date.now(),
      traceparent: traceparent !== undefined && TRACEPARENT.test(traceparent) ? traceparent : null,
    });
    if (answer.retryAfterS !== undefined) void reply.header('retry-after', String(answer.retryAfterS));
    await reply
      .status(answer.status)
      .header('x-receipt-id', answer.receiptId)
      .header('content-type', answer.status === 200 ? 'application/json; charset=utf-8' : PROBLEM_JSON)
      .send(JSON.stringify(answer.body));
  }
}
