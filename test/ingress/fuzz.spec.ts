import { Agent, request as send } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { seededRandom } from '../../src/cli/samples/life';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { startApp, type TestApp } from '../support/app';
import { freshDatabase } from '../support/database';
import { FIXED, sendersSigning } from './conformance/senders';
import { requestOf, type Sender } from './conformance/senders/sender';

/** `npm run test:fuzz` asks for 100,000. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 3000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_302);
const PARALLEL = 32;
const HEAP_GROWTH_MAX = 48 * 1024 * 1024;

const WORDS = [
  '__proto__',
  '\\u0000',
  '\\ud800',
  '1e999',
  'null',
  '[[[[',
  '{"',
  '%00',
  '../',
  '☃',
  '"',
  '\\',
  ',',
  '-0',
];
const HEADERS = [
  'content-type',
  'content-encoding',
  'authorization',
  'x-forwarded-for',
  'traceparent',
  'webhook-id',
  'expect',
];
const VALUES = [
  '',
  'gzip',
  'Bearer',
  'Bearer \t',
  '0',
  'application/json;;',
  'x'.repeat(4000),
  '::ffff:1.2.3.4',
  '100-continue',
  'é',
];
const METHODS = ['POST', 'POST', 'POST', 'POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'];

interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

describe('random and mutated requests', () => {
  const database = freshDatabase();
  let app: TestApp;

  beforeAll(async () => {
    // A busy machine is no fault of a request: what is left of 5xx is.
    app = await startApp(database.url, { TRUSTED_PROXIES: '127.0.0.1', OVERLOAD_LOOP_DELAY_MS: '60000' });
  });

  afterAll(() => app.close());

  test(
    'meet no 500, no crash and no growing heap',
    async () => {
      const targets = await Promise.all(
        sendersSigning(FIXED).map(async (sender) => ({
          sender,
          source: await app.addSource({
            name: `fuzz-${sender.profile}`,
            profile: sender.profile as never,
            secret: sender.secret,
            integration_id: 'conformance',
            settings: {
              ...sender.settings,
              failures_per_minute: 100_000,
              allow_gzip: true,
              body_max_bytes: 4096,
            },
          }),
        })),
      );
      const random = seededRandom(SEED);
      const agent = new Agent({ keepAlive: true, maxSockets: PARALLEL });
      const answers: Record<string, number> = {};
      let left = REQUESTS;
      let heapEarly = 0;
      const began = performance.now();
      const worker = async (): Promise<void> => {
        while (left-- > 0) {
          if (left === Math.floor(REQUESTS * 0.8)) heapEarly = heapAfterCollection();
          const target = targets[Math.floor(random() * targets.length)];
          if (target === undefined) return;
          const status = await fire(app.url, agent, mutated(target.sender, target.source, random));
          answers[status] = (answers[status] ?? 0) + 1;
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
      agent.destroy();
      const growth = heapAfterCollection() - heapEarly;
      const seconds = (performance.now() - began) / 1000;
      const figures = {
        requests: REQUESTS,
        seconds: Math.round(seconds),
        seed: SEED,
        heap_growth_mib: Math.round(growth / 2 ** 20),
        answers,
      };
      process.stdout.write(`fuzz ${JSON.stringify(figures)}\n`);
      expect(Object.keys(answers).filter((status) => status.startsWith('5'))).toEqual([]);
      expect(growth).toBeLessThan(HEAP_GROWTH_MAX);
      expect(await app.services.databaseAnswers()).toBe(true);
    },
    60_000 + REQUESTS * 20,
  );
});

function mutated(sender: Sender, source: MadeSource, random: () => number): Shot {
  const n = Math.floor(random() * 1e9);
  const base =
    random() < 0.7
      ? sender.opening(`F-${n % 500}`, random() < 0.5 ? { note: n } : {})
      : sender.message(`F-${n % 500}`, n);
  const isUnsigned = random() < 0.3;
  const whole = Buffer.from(JSON.stringify(sender.seal(base)));
  // Half of the mutations happen before the signature: authentic nonsense comes further than forged nonsense.
  const raw = random() < 0.6 ? scrambled(whole, random) : whole;
  const request = requestOf(sender, raw);
  const sent = isUnsigned ? scrambled(raw, random) : raw;
  let headers: Record<string, string> = { ...request.headers };
  if (random() < 0.2) headers[pick(HEADERS, random)] = pick(VALUES, random);
  if (random() < 0.05) {
    const left = pick(Object.keys(headers), random);
    headers = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== left));
  }
  const suffix = random() < 0.05 ? `/${encodeURIComponent(pick(WORDS, random))}` : '';
  return { method: pick(METHODS, random), path: `/v1/ingress/${source.key}${suffix}`, headers, body: sent };
}

function scrambled(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length);
  const kind = bytes.length === 0 ? 1 : random();
  if (kind < 0.3) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(Math.floor(random() * 256), at);
    return changed;
  }
  if (kind < 0.5) return bytes.subarray(0, at);
  if (kind < 0.8)
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(WORDS, random)), bytes.subarray(at)]);
  if (kind < 0.9) return Buffer.concat([bytes, bytes]);
  return Buffer.from(Array.from({ length: at }, () => Math.floor(random() * 256)));
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** The status, or what became of the connection. */
function fire(url: string, agent: Agent, { method, path, headers, body }: Shot): Promise<string> {
  return new Promise((resolve) => {
    let sent: ReturnType<typeof send>;
    try {
      sent = send(new URL(path, url), {
        method,
        agent,
        headers: { ...headers, 'content-length': String(body.length) },
      });
    } catch {
      resolve('not sent');
      return;
    }
    sent.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(String(response.statusCode)));
      response.on('error', () => resolve('cut'));
    });
    sent.on('error', () => resolve('cut'));
    sent.end(body);
  });
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
