import { type RunningKafka, startKafka } from '../../../src/platform/runtime/kafka-launcher';
import { freePort } from '../../../src/platform/runtime/ports';
import { CACHE_DIR } from '../../support/cluster';
import { Way } from './way';

interface Ports {
  readonly inside: number;
  readonly outside: number;
}

export interface ProxiedBrokersOptions {
  readonly dataDir: string;
  readonly brokers: number;
  /** How many processes there are, each with proxies of its own that it takes for the brokers. */
  readonly ways: number;
}

/** Brokers that every process reaches by its own way, so that a batch under way tells whose it is. */
export class ProxiedBrokers {
  private constructor(
    private readonly kafka: RunningKafka,
    readonly ways: readonly Way[],
  ) {}

  static async start({ dataDir, brokers, ways: count }: ProxiedBrokersOptions): Promise<ProxiedBrokers> {
    const ports = await portsFor(brokers, count);
    const kafka = await startKafka({
      dataDir,
      cacheDir: CACHE_DIR,
      nodes: brokers,
      log: () => undefined,
      settings: ({ id, port: direct, controllerPort }) => {
        const listeners = (side: keyof Ports): string =>
          [
            `PLAINTEXT://127.0.0.1:${direct}`,
            ...(ports[id - 1] ?? []).map((way, n) => `WAY${n}://127.0.0.1:${way[side]}`),
          ].join(',');
        const protocols = Array.from({ length: count }, (_, n) => `WAY${n}:PLAINTEXT`);
        return {
          listeners: `${listeners('inside')},CONTROLLER://127.0.0.1:${controllerPort}`,
          'advertised.listeners': listeners('outside'),
          'listener.security.protocol.map': [
            'PLAINTEXT:PLAINTEXT',
            'CONTROLLER:PLAINTEXT',
            ...protocols,
          ].join(),
        };
      },
    });
    if (!kafka.available) throw new Error(kafka.reason);
    const ways = Array.from({ length: count }, () => new Way());
    await Promise.all(ways.map((way, n) => way.openBrokers(ports.flatMap((ofBroker) => ofBroker[n] ?? []))));
    return new ProxiedBrokers(kafka, ways);
  }

  /** Past all proxies. */
  get direct(): readonly string[] {
    return this.kafka.brokers;
  }

  /** With -9; its partitions get other leaders. It comes back with what it had. */
  async killAndRestart(index: number): Promise<boolean> {
    const node = this.kafka.nodes[index];
    await node?.kill();
    await node?.start();
    return node !== undefined;
  }

  async goAway(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
  }

  async comeBack(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.listen()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.ways.map((way) => way.close()));
    await this.kafka.stop();
  }

  get #proxies(): Way['brokers'] {
    return this.ways.flatMap(({ brokers }) => brokers);
  }
}

/** By broker, then by way. */
async function portsFor(brokers: number, ways: number): Promise<Ports[][]> {
  const taken = new Set<number>();
  const port = async (): Promise<number> => {
    const free = await freePort(undefined, taken);
    taken.add(free);
    return free;
  };
  const ports: Ports[][] = [];
  for (let broker = 0; broker < brokers; broker += 1) {
    const ofBroker: Ports[] = [];
    for (let way = 0; way < ways; way += 1) ofBroker.push({ inside: await port(), outside: await port() });
    ports.push(ofBroker);
  }
  return ports;
}
