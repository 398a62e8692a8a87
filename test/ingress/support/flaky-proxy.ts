import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * The way to PostgreSQL. It can be closed for a while: connections are cut, and new ones refused. Or it falls silent:
 * everything stays open, and nothing comes through.
 */
export class FlakyProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isUp = true;
  #isSilent = false;

  private constructor(target: { host: string; port: number }) {
    this.#server = createServer((client) => {
      if (!this.#isUp) {
        client.destroy();
        return;
      }
      const server = connect(target);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
        if (this.#isSilent) from.pause();
      }
    });
  }

  static async before(databaseUrl: string): Promise<{ proxy: FlakyProxy; url: string }> {
    const url = new URL(databaseUrl);
    const proxy = new FlakyProxy({ host: url.hostname, port: Number(url.port) });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    const address = proxy.#server.address();
    url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
    return { proxy, url: url.href };
  }

  goDown(): void {
    this.#isUp = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  goSilent(): void {
    this.#isSilent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  comeBack(): void {
    this.#isUp = true;
    this.#isSilent = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.goDown();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
