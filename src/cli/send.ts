import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { type Policy, policyOf } from '../ingress/sources/policy';
import { SourceService } from '../ingress/sources/source-service';
import { pause } from '../kernel/backoff';
import { asError, CasetrailError } from '../kernel/errors';
import { connected } from './connect';
import { wholeNumber } from './flags';
import { Progress } from './progress';
import { bodyOf } from './samples/bodies';
import { demoDay } from './samples/demo-day';
import { type Happening } from './samples/happening';
import { sampleTicket, seededRandom, ticketLife } from './samples/life';
import { signed, type SignedRequest } from './samples/signed';
import { print, printJson, say } from './terminal';

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;
const IN_FLIGHT = 32;
const TRIES = 5;
/** Of a demo day: how many come twice, and how many late. */
const DEMO_DUPLICATES = 0.03;
const DEMO_LATE = 0.02;

interface SendFlags {
  readonly source: string;
  readonly type?: string;
  readonly life?: boolean;
  readonly demoDay?: boolean;
  readonly rate?: number;
  readonly duplicates?: number;
  readonly shuffle?: boolean;
  readonly seed?: number;
  readonly json?: boolean;
}

export function sendCommand(): Command {
  return new Command('send')
    .description('Sign and send samples, as the sender of a source would.')
    .requiredOption('--source <name>', 'in whose name')
    .option(
      '--type <kind>',
      'one sample of this kind: opened (default), message, status, assigned, resolved …',
    )
    .option('--life', 'the whole life of one ticket')
    .option('--demo-day', 'a working day of a help desk: some thousand events, some twice, some late')
    .option('--rate <n>', 'at most so many a second', wholeNumber)
    .option('--duplicates <percent>', 'send so many of a hundred twice', wholeNumber)
    .option('--shuffle', 'in any order; the figures come out the same')
    .option('--seed <n>', 'the same seed tells the same day (default: another each time)', wholeNumber)
    .option('--json', 'print one JSON document')
    .action(async (flags: SendFlags) => {
      await connected(async ({ orm, secrets, url }) => {
        const sources = new SourceService(orm, secrets);
        const row = await sources.get(flags.source, null);
        const policy = policyOf(row.profile, row.settings);
        if (typeof policy === 'string') throw new CasetrailError('invalid_input', policy);
        const secret = (await sources.revealSecret(row.name)) ?? '';
        const seed = flags.seed ?? randomBytes(4).readUInt32BE();
        const requests = wanted(flags, seed).flatMap((happening) => {
          const body = bodyOf(policy.name, happening, row.integrationId);
          return body === null ? [] : [{ body, happening }];
        });
        if (requests.length === 0)
          throw new CasetrailError('invalid_input', `${policy.name} has no word for this.`);
        const sending = new Sending(`${url}/v1/ingress/${row.key}`, policy, secret, flags);
        const summary = await sending.run(
          disordered(
            requests.map(({ body }) => body),
            flags,
            seed,
          ),
        );
        if (flags.json === true) printJson(summary);
        else tell(summary);
        process.exitCode = summary.unanswered === 0 ? 0 : 1;
      });
    });
}

function wanted({ type, life, demoDay: isDay }: SendFlags, seed: number): readonly Happening[] {
  const run = seed.toString(16).padStart(8, '0');
  const now = Date.now();
  // Yesterday: a whole day lies behind us, so no clock of it is in the future.
  if (isDay === true) return demoDay({ run, day: Math.floor(now / DAY) * DAY - DAY, seed });
  const random = seededRandom(seed);
  const told = ticketLife(sampleTicket(run, 1, random), now - DAY, random);
  if (life === true) return told;
  const one = told.find(({ kind }) => kind === (type ?? 'opened'));
  if (one === undefined) {
    const kinds = [...new Set(told.map(({ kind }) => kind))].join(', ');
    throw new CasetrailError('invalid_input', `--type is one of ${kinds}.`);
  }
  return [{ ...one, at: now }];
}

/** Some twice, some late, or all of them in any order. */
function disordered<T>(items: readonly T[], flags: SendFlags, seed: number): readonly T[] {
  const random = seededRandom(seed + 1);
  const share =
    flags.duplicates === undefined ? (flags.demoDay === true ? DEMO_DUPLICATES : 0) : flags.duplicates / 100;
  const late = flags.demoDay === true ? DEMO_LATE : 0;
  const placed = items.flatMap((item, index) => {
    const place =
      flags.shuffle === true
        ? random() * items.length
        : random() < late
          ? index + random() * items.length
          : index;
    return random() < share
      ? [
          { item, place },
          { item, place: place + 1 + random() * 50 },
        ]
      : [{ item, place }];
  });
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

interface SendSummary {
  sent: number;
  readonly answers: Record<string, number>;
  unanswered: number;
  seconds: number;
  p50_ms: number;
  p99_ms: number;
}

type SampleBody = Parameters<typeof signed>[2];

class Sending {
  readonly #summary: SendSummary = { sent: 0, answers: {}, unanswered: 0, seconds: 0, p50_ms: 0, p99_ms: 0 };
  readonly #latencies: number[] = [];
  readonly #progress = new Progress('webhooks');

  constructor(
    private readonly endpoint: string,
    private readonly policy: Policy,
    private readonly secret: string,
    private readonly flags: SendFlags,
  ) {}

  async run(bodies: readonly SampleBody[]): Promise<SendSummary> {
    const began = performance.now();
    const isInOrder = this.flags.demoDay !== true && this.flags.shuffle !== true;
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let index = next++; index < bodies.length; index = next++) {
        const body = bodies[index];
        if (body === undefined) return;
        await this.#pace(index, began);
        await this.#send(body);
        this.#progress.show(this.#summary.sent, bodies.length);
      }
    };
    await Promise.all(Array.from({ length: isInOrder ? 1 : IN_FLIGHT }, worker));
    this.#progress.clear();
    const sorted = this.#latencies.sort((a, b) => a - b);
    const at = (share: number): number =>
      Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10;
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    return { ...this.#summary, seconds, p50_ms: at(0.5), p99_ms: at(0.99) };
  }

  async #pace(index: number, began: number): Promise<void> {
    if (this.flags.rate === undefined || this.flags.rate === 0) return;
    const waitMs = began + (index * SECOND) / this.flags.rate - performance.now();
    if (waitMs > 0) await pause(waitMs);
  }

  /** Repeats what it got no answer for, or one that asks for it, a few times, as a sender would. */
  async #send(body: SampleBody): Promise<void> {
    const request = signed(this.policy, this.secret, body, Date.now());
    for (let tried = 1; ; tried++) {
      const began = performance.now();
      const answer = await this.#post(request);
      const isLast = tried === TRIES;
      if (answer !== null && (answer.status < 500 || isLast)) {
        this.#latencies.push(performance.now() - began);
        this.#summary.sent += 1;
        this.#summary.answers[answer.told] = (this.#summary.answers[answer.told] ?? 0) + 1;
        return;
      }
      if (isLast) {
        this.#summary.unanswered += 1;
        return;
      }
      await pause(tried * SECOND);
    }
  }

  async #post({ headers, body }: SignedRequest): Promise<{ status: number; told: string } | null> {
    try {
      const response = await fetch(this.endpoint, { method: 'POST', headers, body });
      const answer = (await response.json()) as { status: unknown; code?: unknown; verdict?: unknown };
      const what = typeof answer.code === 'string' ? answer.code : String(answer.status);
      const verdict =
        typeof answer.verdict === 'string' && answer.verdict !== what ? ` (${answer.verdict})` : '';
      return { status: response.status, told: `${response.status} ${what}${verdict}` };
    } catch (thrown) {
      const error = asError(thrown);
      say(`no answer: ${error.cause instanceof Error ? error.cause.message : error.message}`);
      return null;
    }
  }
}

function tell({ sent, answers, unanswered, seconds, p50_ms, p99_ms }: SendSummary): void {
  const rate = Math.round(sent / Math.max(seconds, 0.1));
  print(`${sent} answered in ${seconds} s (${rate}/s), p50 ${p50_ms} ms, p99 ${p99_ms} ms`);
  for (const [answer, count] of Object.entries(answers).sort((a, b) => b[1] - a[1]))
    print(`  ${String(count).padStart(6)}  ${answer}`);
  if (unanswered > 0) print(`  ${String(unanswered).padStart(6)}  without an answer`);
}
