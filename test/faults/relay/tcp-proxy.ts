import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Moment, type Reader } from './wire';

const HOST = '127.0.0.1';

export interface TcpProxyOptions {
  readonly port: number;
  readonly target: number;
  /** For each connection. */
  readonly reader: () => Reader;
  /** Says of what is about to pass whether the connection is cut instead. */
  readonly isCut: (moment: Moment) => boolean;
}

/** The way to one server, which can be closed, slow, or cut at a chosen moment. */
export class TcpProxy {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #delayMs = 0;

  private constructor(private readonly options: TcpProxyOptions) {}

  static async open(options: TcpProxyOptions): Promise<TcpProxy> {
    const proxy = new TcpProxy(options);
    await proxy.listen();
    return proxy;
  }

  get port(): number {
    return this.options.port;
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

  /** Answers come so much later; 0 is as fast as ever. */
  delayAnswers(ms: number): void {
    this.#delayMs = ms;
  }

  #join(client: Socket): void {
    const { target, isCut } = this.options;
    const server = connect(target, HOST);
    const reader = this.options.reader();
    const both = [client, server];
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
    const passes = (moment: Moment | undefined): boolean => {
      if (moment === undefined || !isCut(moment)) return true;
      end();
      return false;
    };
    client.on('data', (request) => {
      if (passes(reader.request(request))) server.write(request);
    });
    server.on('data', (answer) => {
      if (!passes(reader.answer(answer))) return;
      if (this.#delayMs === 0) client.write(answer);
      else setTimeout(() => client.write(answer), this.#delayMs);
    });
  }
}
