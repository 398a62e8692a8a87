import { type IncomingMessage, type ServerResponse } from 'node:http';
import { asError } from '../../kernel/errors';
import { type AddressRanges } from '../../platform/http/client-address';
import { type Door } from '../../platform/http/http-server';
import { PROBLEM_JSON } from '../../platform/http/problem';
import { discardRest } from '../../platform/http/read-body';
import { type Answer, Answers } from '../answer';
import { REFUSALS } from '../codes';
import { FailureBudget } from '../failure-budget';
import { type DeliveryJournal } from '../journal/delivery-journal';
import { type IngressCounters } from '../journal/ingress-counters';
import { type WebhookReceiver } from '../receive';
import { type Source, type SourceRegistry } from '../sources/source-registry';
import { type Arrival, arrivalOf } from './arrival';
import { checkRequest, checkSource } from './door-checks';
import { takeBody, type TakenBody } from './take-body';

const SECOND = 1000;
/** How long the rest of a refused body is read and dropped before the connection closes. */
const DISCARD_MS = SECOND;
/** A refused body this small is read to its end, so that the connection stays of use. */
const DISCARD_BYTES = 64 * 1024;

export interface DoorOptions {
  readonly sources: SourceRegistry;
  readonly receiver: WebhookReceiver;
  readonly journal: DeliveryJournal;
  readonly counters: IngressCounters;
  readonly trustedProxies: AddressRanges;
  readonly requireHttps: boolean;
  /** Why nothing is taken at the moment; null = all well. */
  readonly load: () => 'draining' | 'overloaded' | null;
  readonly log: (message: string) => void;
}

/**
 * The door for webhooks: rows 1 to 10 of the check table, then the receiver, then the answer. It stands before the
 * framework because the order of the rows decides what a body is worth reading for, and because each webhook passes here.
 */
export class WebhookDoor implements Door {
  readonly path = '/v1/ingress/';
  readonly #failures = new FailureBudget();

  constructor(private readonly options: DoorOptions) {}

  handle(request: IncomingMessage, response: ServerResponse): void {
    const arrival = arrivalOf(request, Date.now(), this.options.trustedProxies);
    this.#serve(arrival, request, response).catch((thrown: unknown) => {
      this.options.log(`receipt ${arrival.receiptId}: ${String(asError(thrown).stack)}`);
      response.destroy();
    });
  }

  async #serve(arrival: Arrival, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answers = new Answers(arrival.receiptId);
    let source: Source | undefined;
    let body: TakenBody | null = null;
    let answer: Answer | null;
    try {
      answer = checkRequest(arrival, answers, {
        requireHttps: this.options.requireHttps,
        load: this.options.load(),
      });
      if (answer === null) {
        source = this.options.sources.known(arrival.sourceKey) ?? (await this.#find(arrival));
        answer =
          source === undefined
            ? answers.refusal(
                'source_not_found',
                'There is no source at this URL. Compare it with `casetrail source list`.',
              )
            : checkSource(arrival, source, answers, this.#failures);
      }
      if (answer === null && source !== undefined) {
        if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
        const taken = await takeBody(request, arrival, answers, source.policy.bodyMaxBytes);
        if (taken === null) {
          this.options.counters.unanswered(source.name);
          return;
        }
        if ('raw' in taken) {
          body = taken;
          answer = await this.options.receiver.receive(source, arrival, taken, answers);
        } else answer = taken;
      }
    } catch (thrown) {
      answer = this.options.receiver.failed(thrown, answers);
    }
    if (answer === null) throw new Error('a delivery was left without an answer');
    if (answer.status === 401 && source !== undefined) {
      this.#failures.countFailure(source.name, arrival.clientIp, arrival.receivedAt);
    }
    this.#note(arrival, source, body, answer);
    await this.#send(answer, arrival.receiptId, request, response);
  }

  #find({ sourceKey }: Arrival): Promise<Source | undefined> {
    return sourceKey === null ? Promise.resolve(undefined) : this.options.sources.find(sourceKey);
  }

  #note(arrival: Arrival, source: Source | undefined, body: TakenBody | null, answer: Answer): void {
    const { counters, journal } = this.options;
    const latencyMs = performance.now() - arrival.startedAt;
    counters.answered(source?.name ?? '', answer.code, answer.status, latencyMs);
    if (source === undefined || !isJournaled(answer)) return;
    const { detail } = answer.body;
    journal.note({
      receiptId: arrival.receiptId,
      source: source.name,
      receivedAt: arrival.receivedAt,
      status: answer.status,
      code: answer.code,
      detail: typeof detail === 'string' ? detail : null,
      latencyMs,
      bodyBytes: body?.raw.length ?? 0,
      wireBytes: body?.wireBytes ?? 0,
      body: body?.raw ?? null,
      keyId: answer.keyId ?? null,
      clientIp: arrival.clientIp,
      eventId: answer.eventId ?? null,
      isAuthentic: answer.keyId !== undefined,
      examine: answer.examine ?? null,
    });
  }

  async #send(
    answer: Answer,
    receiptId: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const text = JSON.stringify(answer.body);
    const closes = answer.closes === true || isLeftUnread(request);
    response.writeHead(answer.status, {
      'content-type': answer.status === 200 ? 'application/json; charset=utf-8' : PROBLEM_JSON,
      'content-length': Buffer.byteLength(text),
      'x-receipt-id': receiptId,
      ...(answer.retryAfterS === undefined ? {} : { 'retry-after': String(answer.retryAfterS) }),
      ...answer.headers,
      ...(closes || this.options.load() === 'draining' ? { connection: 'close' } : {}),
    });
    if (!closes) {
      response.end(text);
      return;
    }
    // The whole answer is out; closing at once would reset the connection under a sender that is still writing.
    response.write(text);
    await discardRest(request, DISCARD_MS);
    response.end();
  }
}

/** Accepted events and held deliveries are their own entries. */
function isJournaled({ code, status }: Answer): boolean {
  if (status === 200) return code === 'duplicate' || code === 'ping' || code === 'quarantined';
  return REFUSALS[code as keyof typeof REFUSALS].kept !== 'count';
}

function isLeftUnread(request: IncomingMessage): boolean {
  if (request.complete) return false;
  const { 'content-length': declared, 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || (declared !== undefined && !(Number(declared) <= DISCARD_BYTES));
}
