import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { type Policy, policyOf } from '../ingress/sources/policy';
import { SourceService } from '../ingress/sources/source-service';
import { CasetrailError } from '../kernel/errors';
import { type Connection, connected } from './connect';
import { percent, positive, wholeNumber } from './flags';
import { sampleBody } from './sample';
import { bodyOf } from './samples/bodies';
import { demoDay } from './samples/demo-day';
import { disordered } from './samples/disorder';
import { type Body } from './samples/happening';
import { uuidOf } from './samples/ids';
import { sampleTicket, seededRandom, ticketLife } from './samples/life';
import { signed } from './samples/signed';
import { Sending, type SendSummary } from './sending';
import { print, printJson } from './terminal';

const DAY = 24 * 60 * 60 * 1000;
const DEMO_TICKETS = 320;
/** Of a demo day: how many of a hundred come twice, and how many late. */
const DEMO_DUPLICATES = 3;
const DEMO_LATE = 2;

interface SendFlags {
  readonly source: string;
  readonly sample?: string;
  readonly life?: boolean;
  readonly demoDay?: boolean;
  readonly tickets: number;
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
    .option('--sample <name>', 'this payload of samples/<profile> (default: one that opens a ticket)')
    .option('--life', 'the whole life of one ticket')
    .option('--demo-day', 'a working day of a help desk: some thousand events, some twice, some late')
    .option('--tickets <n>', 'of a demo day', positive, DEMO_TICKETS)
    .option('--rate <n>', 'at most so many a second', positive)
    .option('--duplicates <percent>', 'send so many of a hundred twice', percent)
    .option('--shuffle', 'in any order; the figures come out the same')
    .option(
      '--seed <n>',
      'the same seed tells the same, until midnight UTC (default: another each time)',
      wholeNumber,
    )
    .option('--json', 'print one JSON document')
    .action(async (flags: SendFlags) => {
      oneOf(flags);
      const summary = await connected((connection) => send(connection, flags));
      if (flags.json === true) printJson(summary);
      else tell(summary);
      process.exitCode = summary.unanswered === 0 ? 0 : 1;
    });
}

function oneOf({ sample, life, demoDay: isDay }: SendFlags): void {
  const wishes = [sample !== undefined, life === true, isDay === true].filter(Boolean);
  if (wishes.length > 1) {
    throw new CasetrailError('invalid_input', 'Choose one of --sample, --life and --demo-day.');
  }
}

async function send({ orm, secrets, url }: Connection, flags: SendFlags): Promise<SendSummary> {
  const sources = new SourceService(orm, secrets);
  const row = await sources.get(flags.source, null);
  const policy = policyOf(row.profile, row.settings);
  if (typeof policy === 'string') throw new CasetrailError('invalid_input', policy);
  const secret = (await sources.revealSecret(row.name)) ?? '';
  const seed = flags.seed ?? randomBytes(4).readUInt32BE();
  const [integrationId = row.integrationId] = policy.tenants?.keys() ?? [];
  const webhooks = wanted(flags, seed, policy, integrationId);
  if (webhooks.length === 0) {
    const message = `The map of ${row.name} has no place for this; docs/sources.md says how to extend it.`;
    throw new CasetrailError('invalid_input', message);
  }
  const isDay = flags.demoDay === true;
  const disorder = {
    twice: (flags.duplicates ?? (isDay ? DEMO_DUPLICATES : 0)) / 100,
    late: isDay ? DEMO_LATE / 100 : 0,
    isShuffled: flags.shuffle ?? false,
  };
  const outgoing = disordered(webhooks, disorder, seed).map(({ line, body }) => ({
    line,
    sign: () => signed(policy, secret, body, Date.now()),
  }));
  return new Sending(`${url}/v1/ingress/${row.key}`, flags.rate).run(outgoing);
}

interface Wanted {
  /** What is sent in order: the ticket. */
  readonly line: string;
  readonly body: Body;
}

function wanted(flags: SendFlags, seed: number, policy: Policy, integrationId: string): readonly Wanted[] {
  // Yesterday: a whole day lies behind us, so no clock of it is in the future.
  const day = Math.floor(Date.now() / DAY) * DAY - DAY;
  const run = uuidOf(`${seed} ${day}`).slice(0, 8);
  if (flags.life !== true && flags.demoDay !== true) {
    const body = sampleBody(policy, integrationId, flags.sample ?? null);
    return body === null ? [] : [{ line: '', body }];
  }
  const random = seededRandom(seed);
  const told =
    flags.demoDay === true
      ? demoDay({ run, day, seed, tickets: flags.tickets })
      : ticketLife(sampleTicket(run, 1, random), day, random);
  return told.flatMap((happening) => {
    const body = bodyOf(policy.name, happening, integrationId, policy);
    return body === null ? [] : [{ line: happening.ticket.id, body }];
  });
}

function tell({ sent, answers, unanswered, seconds, p50_ms, p99_ms, last }: SendSummary): void {
  if (sent === 1 && last !== null) {
    printJson(last);
    return;
  }
  const rate = Math.round(sent / Math.max(seconds, 0.1));
  print(`${sent} answered in ${seconds} s (${rate}/s), p50 ${p50_ms} ms, p99 ${p99_ms} ms`);
  for (const [answer, count] of Object.entries(answers).sort((a, b) => b[1] - a[1]))
    print(`  ${String(count).padStart(6)}  ${answer}`);
  if (unanswered > 0) print(`  ${String(unanswered).padStart(6)}  without an answer`);
}
