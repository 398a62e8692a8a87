import { freePort } from '../../../src/platform/runtime/ports';
import { TcpProxy } from './tcp-proxy';
import { kafkaReader, type Moment, postgresReader } from './wire';

const HOST = '127.0.0.1';
const WITHIN_MS = 20_000;

/** Says of one moment after the other whether it is the one. */
export type Point = () => (moment: Moment) => boolean;

interface Trap {
  readonly isPoint: (moment: Moment) => boolean;
  readonly spring: () => void;
}

/** Everything between one process and its servers: a proxy of its own before each of them. */
export class Way {
  #brokers: readonly TcpProxy[] = [];
  #database: TcpProxy | undefined;
  #trap: Trap | undefined;

  get brokers(): readonly TcpProxy[] {
    return this.#brokers;
  }

  async openBrokers(ports: readonly { readonly inside: number; readonly outside: number }[]): Promise<void> {
    this.#brokers = await Promise.all(
      ports.map(({ inside, outside }) =>
        TcpProxy.open({ port: outside, target: inside, reader: kafkaReader, isCut: this.#isCut }),
      ),
    );
  }

  /** Returns the URL that leads through it. */
  async openDatabase(databaseUrl: string): Promise<string> {
    const url = new URL(databaseUrl);
    const port = await freePort(undefined);
    const target = Number(url.port);
    this.#database = await TcpProxy.open({ port, target, reader: postgresReader, isCut: this.#isCut });
    url.hostname = HOST;
    url.port = String(port);
    return url.href;
  }

  /** As the process is to reach Kafka. */
  get addresses(): readonly string[] {
    return this.#brokers.map(({ port }) => `${HOST}:${port}`);
  }

  /** When it comes to that point the connection is cut, and in the same moment `onHit` runs. False: it did not come. */
  cutAt(point: Point, onHit: () => void = () => undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isHit: boolean): void => {
        clearTimeout(patience);
        if (this.#trap === trap) this.#trap = undefined;
        resolve(isHit);
      };
      const patience = setTimeout(() => settle(false), WITHIN_MS);
      const trap = {
        isPoint: point(),
        spring: () => {
          onHit();
          settle(true);
        },
      };
      this.#trap = trap;
    });
  }

  async close(): Promise<void> {
    await this.#database?.close();
    await Promise.all(this.#brokers.map((proxy) => proxy.close()));
  }

  readonly #isCut = (moment: Moment): boolean => {
    const trap = this.#trap;
    if (trap?.isPoint(moment) !== true) return false;
    trap.spring();
    return true;
  };
}
