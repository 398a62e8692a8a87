import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to the next bytes of a connection: once, to whichever connection speaks first. */
export type Cut = 'before the broker acts' | 'after the broker acted';

const HOST = '127.0.0.1';

/** One broker's way in, which can be closed, slow, or cut at a chosen moment. */
export class BrokerProxy {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #cut: { readonly at: Cut; readonly onCut: () => void } | undefined;
  #delayMs = 0;
  cuts = 0;

  private constructor(
    readonly port: number,
    private readonly target: number,
  ) {}

  static async open(port: number, target: number): Promise<BrokerProxy> {
    const proxy = new BrokerProxy(port, target);
    await proxy.listen();
    return proxy;
  }

  async listen(): Promise<void> {
    const server = createServer((client) => this.#join(client));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, HOST, resolve);
    });
  }

  /** Every connection ends, and new ones are refused. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** The next large request, which is one that carries events, meets this. `onCut` runs in the same moment. */
  cutNext(at: Cut, onCut: () => void = () => undefined): void {
    this.#cut = { at, onCut };
  }

  /** Answers come so much later; 0 is as fast as ever. */
  delayAnswers(ms: number): void {
    this.#delayMs = ms;
  }

  #join(client: Socket): void {
    const broker = connect(this.target, HOST);
    const both = [client, broker];
    const end = (): void => both.forEach((socket) => socket.destroy());
    for (const socket of both) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    let dropAnswers = false;
    client.on('data', (request) => {
      const cut = this.#cutFor(request);
      if (cut === 'before the broker acts') {
        end();
        return;
      }
      dropAnswers ||= cut === 'after the broker acted';
      broker.write(request);
    });
    broker.on('data', (answer) => {
      if (dropAnswers) {
        end();
        return;
      }
      if (this.#delayMs === 0) client.write(answer);
      else setTimeout(() => client.write(answer), this.#delayMs);
    });
  }

  #cutFor(request: Buffer): Cut | undefined {
    if (this.#cut === undefined || !isProduce(request)) return undefined;
    const { at, onCut } = this.#cut;
    this.#cut = undefined;
    this.cuts += 1;
    onCut();
    return at;
  }
}

const PRODUCE = 0;
const API_KEY_AT = 4;

/** Length, then the number of the request's kind; the first bytes of a batch, its later ones look like anything. */
function isProduce(request: Buffer): boolean {
  return request.length > 200 && request.readInt16BE(API_KEY_AT) === PRODUCE;
}
