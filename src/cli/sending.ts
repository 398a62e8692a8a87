import { pause } from '../kernel/backoff';
import { asError } from '../kernel/errors';
import { type Posted, Poster } from './post';
import { Progress } from './progress';
import { type SignedRequest } from './samples/signed';
import { say } from './terminal';

const SECOND = 1000;
/** As many as make full appends. */
const IN_FLIGHT = 128;
const TRIES = 5;

/** One webhook to be sent. */
export interface Outgoing {
  /** What has the same line is sent one behind the other, as a sender with a queue for each ticket does. */
  readonly line: string;
  /** Signed when it leaves: some signatures tell the time. */
  readonly sign: () => SignedRequest;
}

export interface SendSummary {
  readonly sent: number;
  /** How often each answer came: its status and code or verdict. */
  readonly answers: Readonly<Record<string, number>>;
  readonly unanswered: number;
  readonly seconds: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** The last answer in full. */
  readonly last: Posted['body'] | null;
}

interface Answered extends Posted {
  readonly told: string;
}

export class Sending {
  readonly #answers: Record<string, number> = {};
  readonly #latencies: number[] = [];
  readonly #progress = new Progress('webhooks');
  readonly #lines = new Map<string, Promise<void>>();
  #unanswered = 0;
  #last: Posted['body'] | null = null;

  readonly #poster: Poster;

  constructor(
    endpoint: string,
    /** Undefined: as fast as it goes. */
    private readonly perSecond: number | undefined,
  ) {
    this.#poster = new Poster(endpoint);
  }

  async run(outgoing: readonly Outgoing[]): Promise<SendSummary> {
    const began = performance.now();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let index = next++; index < outgoing.length; index = next++) {
        const one = outgoing[index];
        if (one === undefined) return;
        await this.#pace(index, began);
        await this.#inLine(one);
        this.#progress.show(this.#latencies.length / outgoing.length, this.#latencies.length);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    this.#poster.close();
    this.#progress.clear();
    return this.#summary((performance.now() - began) / SECOND);
  }

  #summary(seconds: number): SendSummary {
    const sorted = this.#latencies.sort((a, b) => a - b);
    const at = (share: number): number => rounded(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    return {
      sent: sorted.length,
      answers: this.#answers,
      unanswered: this.#unanswered,
      seconds: rounded(seconds),
      p50_ms: at(0.5),
      p99_ms: at(0.99),
      last: this.#last,
    };
  }

  async #pace(index: number, began: number): Promise<void> {
    if (this.perSecond === undefined) return;
    const waitMs = began + (index * SECOND) / this.perSecond - performance.now();
    if (waitMs > 0) await pause(waitMs);
  }

  async #inLine(one: Outgoing): Promise<void> {
    const before = this.#lines.get(one.line);
    const sent = (before ?? Promise.resolve()).then(() => this.#send(one));
    this.#lines.set(one.line, sent);
    await sent;
    if (this.#lines.get(one.line) === sent) this.#lines.delete(one.line);
  }

  /** Repeats what it got no answer for, or one that asks for it, a few times, as a sender would. */
  async #send({ sign }: Outgoing): Promise<void> {
    const request = sign();
    for (let tried = 1; ; tried++) {
      const began = performance.now();
      const answer = await this.#post(request);
      const isLast = tried === TRIES;
      if (answer !== null && (answer.status < 500 || isLast)) {
        this.#latencies.push(performance.now() - began);
        this.#answers[answer.told] = (this.#answers[answer.told] ?? 0) + 1;
        this.#last = answer.body;
        return;
      }
      if (isLast) {
        this.#unanswered += 1;
        return;
      }
      await pause(tried * SECOND);
    }
  }

  async #post(request: SignedRequest): Promise<Answered | null> {
    try {
      const { status: http, body } = await this.#poster.post(request);
      const { code, status, verdict } = body;
      const what = typeof code === 'string' ? code : String(status);
      const judged = typeof verdict === 'string' && verdict !== what ? ` (${verdict})` : '';
      return { status: http, told: `${http} ${what}${judged}`, body };
    } catch (thrown) {
      const error = asError(thrown) as NodeJS.ErrnoException;
      say(`no answer: ${error.message === '' ? String(error.code) : error.message}`);
      return null;
    }
  }
}

function rounded(n: number): number {
  return Math.round(n * 10) / 10;
}
