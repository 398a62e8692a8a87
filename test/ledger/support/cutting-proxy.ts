import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Between a node and PostgreSQL: cuts a connection at the worst of moments. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut: 'before the server sees it' | 'after the server has answered' | null = null;
  #statement = '';
  cuts = 0;

  private constructor(target: { host: string; port: number }) {
    this.#server = createServer((client) => this.#join(client, connect(target)));
  }

  /** Returns the proxy and the URL that leads through it. */
  static async before(databaseUrl: string): Promise<{ proxy: CuttingProxy; url: string }> {
    const url = new URL(databaseUrl);
    const proxy = new CuttingProxy({ host: url.hostname, port: Number(url.port) });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    const address = proxy.#server.address();
    url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
    return { proxy, url: url.href };
  }

  /** The next message with `statement` in it is cut off: lost on its way there, or its answer on the way back. */
  cutNext(statement: string, when: NonNullable<typeof this.cut>): void {
    this.#statement = statement;
    this.#cut = when;
  }

  get cut(): 'before the server sees it' | 'after the server has answered' | null {
    return this.#cut;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, server: Socket): void {
    let swallow = false;
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      if (this.#cut !== null && bytes.includes(this.#statement)) {
        this.cuts += 1;
        swallow = this.#cut === 'after the server has answered';
        this.#cut = null;
        if (!swallow) {
          end();
          return;
        }
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      // A statement outside a transaction is answered after its commit: what is thrown away here has happened.
      if (swallow) end();
      else client.write(bytes);
    });
  }
}
