import { createReadStream, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { z } from 'zod';
import { type Answer, Answers } from '../ingress/answer';
import { withoutRequest } from '../ingress/authentic';
import { newReceiptId } from '../ingress/receipt';
import { type Source } from '../ingress/sources/source-registry';
import { asError, CasetrailError } from '../kernel/errors';
import { replaceFile } from '../platform/runtime/files';
import { Progress } from './progress';
import { print, printJson, say } from './terminal';
import { atWorkbench, type Workbench } from './workbench';

/** Lines under way at once: as many as an append takes. */
const WINDOW = 256;
const FIRST_INSTANT = Date.UTC(2000, 0, 1);

const importLine = z.strictObject({
  received_at: z.iso.datetime({ offset: true }).optional(),
  body: z.record(z.string(), z.unknown()),
});

interface Refused {
  readonly line: number;
  readonly code: string;
  readonly detail: string;
}

interface Summary {
  lines: number;
  /** Lines below this one had their outcome in an earlier run. */
  resumed_at: number;
  readonly outcomes: Record<string, number>;
  /** With an outcome, but not as their sender would have liked. */
  readonly refused: Refused[];
  /** Without any outcome: these are to be imported again. */
  readonly failed: Refused[];
}

interface ImportFlags {
  readonly source: string;
  readonly file: string;
  readonly restart?: boolean;
  readonly json?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description(
      'Append history from NDJSON lines {"received_at"?: instant, "body": what the sender would have posted}. Exit code 0: every line had an outcome.',
    )
    .requiredOption('--source <name>', 'whose webhooks these were')
    .requiredOption(
      '--file <file>',
      'one line each; beside it <file>.progress remembers how far an import came',
    )
    .option('--restart', 'from the first line, whatever was remembered; repetitions change nothing')
    .option('--json', 'print one JSON document')
    .action(async (flags: ImportFlags) => {
      if (!existsSync(flags.file))
        throw new CasetrailError('invalid_input', `There is no file ${flags.file}.`);
      const summary = await atWorkbench((workbench) => importFile(workbench, flags));
      if (flags.json === true) printJson(summary);
      else tell(summary);
      process.exitCode = summary.failed.length === 0 ? 0 : 1;
    });
}

async function importFile(
  workbench: Workbench,
  { source: name, file, restart }: ImportFlags,
): Promise<Summary> {
  await workbench.registry.refresh();
  const source = workbench.registry.byName(name);
  if (source === undefined) throw new CasetrailError('not_found', `There is no source ${name}.`);
  const memory = new Memory(file, name);
  const resumedAt = restart === true ? 0 : memory.read();
  const summary: Summary = { lines: 0, resumed_at: resumedAt, outcomes: {}, refused: [], failed: [] };
  const progress = new Progress('lines');
  const { size } = statSync(file);
  let bytes = 0;
  let window: Promise<void>[] = [];
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  for await (const text of lines) {
    summary.lines += 1;
    bytes += Buffer.byteLength(text) + 1;
    if (summary.lines <= resumedAt || text.trim() === '') continue;
    window.push(importOne(workbench, source, summary, summary.lines, text));
    if (window.length < WINDOW) continue;
    await Promise.all(window);
    window = [];
    if (summary.failed.length === 0) memory.write(summary.lines);
    progress.show(bytes, size);
  }
  await Promise.all(window);
  progress.clear();
  if (summary.failed.length === 0) memory.forget();
  return summary;
}

async function importOne(
  { receiver }: Workbench,
  source: Source,
  summary: Summary,
  line: number,
  text: string,
): Promise<void> {
  const parsed = parsedLine(text);
  if (typeof parsed === 'string') {
    summary.failed.push({ line, code: 'invalid_line', detail: parsed });
    return;
  }
  const { receivedAt, raw } = parsed;
  const answers = new Answers(newReceiptId(receivedAt));
  const { receiptId } = answers;
  const webhookId = typeof parsed.body['event_id'] === 'string' ? parsed.body['event_id'] : null;
  const delivery = withoutRequest(
    { receiptId, receivedAt, raw, keyId: null, traceparent: null, webhookId },
    false,
  );
  const answer = await receiver
    .receiveAgain(source, delivery, answers)
    .catch((thrown: unknown) => receiver.failed(thrown, answers));
  const outcome = outcomeOf(answer);
  if (outcome === null) summary.failed.push({ line, code: answer.code, detail: detailOf(answer) });
  else {
    summary.outcomes[outcome] = (summary.outcomes[outcome] ?? 0) + 1;
    if (answer.status !== 200 || outcome === 'quarantined') {
      summary.refused.push({ line, code: codeOf(answer), detail: detailOf(answer) });
    }
  }
}

/** Null: none, so the line is to be tried again. */
function outcomeOf(answer: Answer): string | null {
  if (answer.status >= 500) return null;
  if (answer.status === 200) return answer.code;
  return answer.code === 'invalid_transition' ? 'rejected' : 'quarantined';
}

function codeOf({ body, code }: Answer): string {
  return typeof body['code'] === 'string' ? body['code'] : code;
}

function detailOf({ body }: Answer): string {
  return typeof body['detail'] === 'string' ? body['detail'] : '';
}

function parsedLine(
  text: string,
):
  | { readonly receivedAt: number; readonly raw: Buffer; readonly body: Readonly<Record<string, unknown>> }
  | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return `no JSON: ${asError(thrown).message}`;
  }
  const parsed = importLine.safeParse(value);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  const { received_at, body } = parsed.data;
  const receivedAt = received_at === undefined ? Date.now() : Date.parse(received_at);
  if (receivedAt < FIRST_INSTANT || receivedAt > Date.now())
    return 'received_at: expected an instant between 2000 and now';
  return { receivedAt, raw: Buffer.from(JSON.stringify(body)), body };
}

/** How far an interrupted import of this file into this source came: a file beside it. */
class Memory {
  readonly #path: string;
  /** Of another file under the same name nothing is known. */
  readonly #version: string;

  constructor(
    file: string,
    private readonly source: string,
  ) {
    this.#path = `${file}.progress`;
    const { size, mtimeMs } = statSync(file);
    this.#version = `${size}/${mtimeMs}`;
  }

  read(): number {
    if (!existsSync(this.#path)) return 0;
    try {
      const kept = JSON.parse(readFileSync(this.#path, 'utf8')) as Readonly<Record<string, unknown>>;
      const isOurs = kept['source'] === this.source && kept['version'] === this.#version;
      return isOurs && typeof kept['lines'] === 'number' ? kept['lines'] : 0;
    } catch {
      return 0;
    }
  }

  forget(): void {
    rmSync(this.#path, { force: true });
  }

  write(lines: number): void {
    try {
      replaceFile(this.#path, JSON.stringify({ source: this.source, version: this.#version, lines }));
    } catch (thrown) {
      say(`How far the import came can't be remembered: ${asError(thrown).message}`);
    }
  }
}

function tell({ lines, resumed_at, outcomes, refused, failed }: Summary): void {
  for (const { line, code, detail } of [...refused, ...failed]) print(`line ${line}: ${code}: ${detail}`);
  if (resumed_at > 0) print(`Resumed behind line ${resumed_at}.`);
  const counts = Object.entries(outcomes).map(([name, count]) => `${count} ${name}`);
  print(
    `${lines} lines: ${counts.join(', ') || 'nothing new'}${failed.length === 0 ? '' : `, ${failed.length} without outcome`}`,
  );
}
