import { connect, type Socket } from 'node:net';
import { percentile } from './figures';
import { type Sender, TicketLives, type Webhook } from './ticket-lives';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly sender: Sender;
}

export interface RoundFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Request {
  readonly eventId: string;
  readonly bytes: Buffer;
}

const WARMED = 1.5;

/** So many a second over all connections, evenly: each takes the next place in time. */
class Pace {
  #next = performance.now();

  constructor(private readonly intervalMs: number) {}

  static of(perSecond: number | undefined): Pace {
    return new Pace(perSecond === undefined ? 0 : 1000 / perSecond);
  }

  waitMs(): number {
    const wait = this.#next - performance.now();
    this.#next += this.intervalMs;
    return wait;
  }
}

/**
 * Keep-alive connections that each send one webhook, wait for its answer and send the next: no pipelining. Written by
 * hand over sockets because the generator shares the cores with what it measures; requests are made before a round.
 */
export class HttpLoad {
  /** Event ids answered with 200. */
  readonly acknowledged = new Set<string>();
  /** Every event id that left: what is stored beyond these came from nowhere. */
  readonly sent = new Set<string>();
  readonly faults: string[] = [];
  /** Called with each answer of 200 as it comes. */
  onAcknowledged: (answer: string, at: number) => void = () => undefined;
  readonly #connections: Connection[];
  #expectedPerSecond = 4_000;

  private constructor(connections: Connection[]) {
    this.#connections = connections;
  }

  /** Connections go to the targets in turn. */
  static async open(targets: readonly Target[], connections: number): Promise<HttpLoad> {
    const names = Array.from({ length: connections }, (_, index) => index.toString(36));
    return new HttpLoad(
      await Promise.all(
        names.map((name, index) => Connection.open(targets[index % targets.length] as Target, name)),
      ),
    );
  }

  /**
   * `onMeasured` is called once the lead-in is over: from there on counts what the figures count. Without `perSecond` each
   * connection sends as soon as it has its answer.
   */
  async run(
    leadInMs: number,
    measuredMs: number,
    onMeasured: () => void = () => undefined,
    perSecond?: number,
  ): Promise<RoundFigures> {
    const share =
      (this.#expectedPerSecond * WARMED * (leadInMs + measuredMs)) / 1000 / this.#connections.length;
    for (const connection of this.#connections) connection.prepare(Math.ceil(share));
    const begin = performance.now();
    const from = begin + leadInMs;
    const until = from + measuredMs;
    const timer = setTimeout(onMeasured, leadInMs);
    const latencies: number[] = [];
    const pace = Pace.of(perSecond);
    await Promise.all(
      this.#connections.map((connection) =>
        connection.run(until, pace, (request, startedAt, answer) => {
          this.#note(request, answer);
          const now = performance.now();
          if (now >= from && now < until) latencies.push(now - startedAt);
        }),
      ),
    );
    clearTimeout(timer);
    const sorted = Float64Array.from(latencies).sort();
    const answered = (sorted.length * 1000) / measuredMs;
    this.#expectedPerSecond = answered;
    return { perSecond: answered, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #note({ eventId }: Request, answer: Answer): void {
    this.sent.add(eventId);
    if (answer.status !== 200) this.#fault(`${answer.status} for ${eventId}: ${answer.text.slice(-400)}`);
    else if (!answer.text.includes(eventId)) this.#fault(`the answer to ${eventId} is about another event`);
    else {
      this.acknowledged.add(eventId);
      this.onAcknowledged(answer.text, performance.now());
    }
  }

  #fault(text: string): void {
    if (this.faults.length < 5) this.faults.push(text);
  }
}

interface Answer {
  readonly status: number;
  /** Head and body. */
  readonly text: string;
}

type OnAnswer = (request: Request, startedAt: number, answer: Answer) => void;

class Connection {
  readonly #lives: TicketLives;
  #prepared: Request[] = [];
  #taken = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly target: Target,
    name: string,
  ) {
    this.#lives = new TicketLives(target.sender, name);
  }

  static open(target: Target, name: string): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(target.port, target.host);
      socket.setNoDelay(true);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Connection(socket, target, name)));
    });
  }

  prepare(count: number): void {
    this.#prepared = this.#prepared.slice(this.#taken);
    this.#taken = 0;
    while (this.#prepared.length < count) this.#prepared.push(this.#request(this.#lives.next()));
  }

  /** Sends until the time has come, and returns once the last request is answered. */
  run(until: number, pace: Pace, onAnswer: OnAnswer): Promise<void> {
    return new Promise((resolve, reject) => {
      let request: Request;
      let startedAt = 0;
      let text = '';
      const send = (): void => {
        if (performance.now() >= until) {
          end(resolve);
          return;
        }
        request = this.#next();
        startedAt = performance.now();
        this.socket.write(request.bytes);
      };
      const onData = (chunk: Buffer): void => {
        text += chunk.toString('latin1');
        if (!isComplete(text)) return;
        const answer = { status: Number(text.slice(9, 12)), text };
        text = '';
        onAnswer(request, startedAt, answer);
        sendInTurn();
      };
      const sendInTurn = (): void => {
        const wait = pace.waitMs();
        if (wait < 1) send();
        else setTimeout(send, wait);
      };
      const onGone = (): void => end(() => reject(new Error('the server closed a connection')));
      const end = (then: () => void): void => {
        this.socket.off('data', onData).off('close', onGone);
        then();
      };
      this.socket.on('data', onData).on('close', onGone);
      if (this.socket.destroyed) onGone();
      else sendInTurn();
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #next(): Request {
    return this.#prepared[this.#taken++] ?? this.#request(this.#lives.next());
  }

  #request({ eventId, body }: Webhook): Request {
    const { host, port, path } = this.target;
    const head =
      `POST ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUser-Agent: telegram-crm/1.2\r\nAccept: */*\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    return { eventId, bytes: Buffer.from(head + body) };
  }
}

/** Every contender answers with a content-length, so the end of the head and one number decide. */
function isComplete(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`an answer without content-length: ${text.slice(0, 300)}`);
  return text.length >= head + 4 + Number(length);
}
