import { type RunningKafka, startKafka } from '../../../src/platform/runtime/kafka-launcher';
import { freePort } from '../../../src/platform/runtime/ports';
import { CACHE_DIR } from '../../support/cluster';
import { BrokerProxy } from './proxy';

const BROKERS = 3;

/** Three brokers, each behind a proxy that casetrail takes for the broker itself. */
export class ProxiedBrokers {
  private constructor(
    private readonly kafka: RunningKafka,
    readonly proxies: readonly BrokerProxy[],
  ) {}

  static async start(dataDir: string): Promise<ProxiedBrokers> {
    const taken = new Set<number>();
    const port = async (): Promise<number> => {
      const free = await freePort(undefined, taken);
      taken.add(free);
      return free;
    };
    const ways: { readonly inside: number; readonly outside: number }[] = [];
    for (let n = 0; n < BROKERS; n += 1) ways.push({ inside: await port(), outside: await port() });
    const kafka = await startKafka({
      dataDir,
      cacheDir: CACHE_DIR,
      nodes: BROKERS,
      log: () => undefined,
      settings: ({ id, port: direct, controllerPort }) => {
        const { inside = 0, outside = 0 } = ways[id - 1] ?? {};
        const local = `PLAINTEXT://127.0.0.1:${direct}`;
        return {
          listeners: `${local},PROXIED://127.0.0.1:${inside},CONTROLLER://127.0.0.1:${controllerPort}`,
          'advertised.listeners': `${local},PROXIED://127.0.0.1:${outside}`,
          'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
        };
      },
    });
    if (!kafka.available) throw new Error(kafka.reason);
    const proxies = await Promise.all(ways.map(({ inside, outside }) => BrokerProxy.open(outside, inside)));
    return new ProxiedBrokers(kafka, proxies);
  }

  /** As casetrail is to reach them. */
  get proxied(): string {
    return this.proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
  }

  /** Past the proxies. */
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
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }

  async comeBack(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.listen()));
  }

  async stop(): Promise<void> {
    await this.goAway();
    await this.kafka.stop();
  }
}
