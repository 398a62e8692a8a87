import { connect, createServer, type Server, type Socket } from 'node:net';

/** The way to the first broker: closed until it is opened. */
export class Door {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  async reserve(): Promise<number> {
    await this.open();
    await this.close();
    return this.#port;
  }

  async open(): Promise<void> {
    const server = createServer((inside) => {
      const outside = connect(this.port, this.host);
      for (const socket of [inside, outside]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.#sockets.delete(socket));
      }
      inside.pipe(outside).pipe(inside);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}
