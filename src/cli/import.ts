import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { type Answer, Answers } from '../ingress/answer';
import { withoutRequest } from '../ingress/authentic';
import { newReceiptId } from '../ingress/receipt';
import { type Source } from '../ingress/sources/source-registry';
import { CasetrailError } from '../kernel/errors';
import { readImportLine } from './import-line';
import { ImportMemory } from './import-memory';
import { Progress } from './progress';
import { print, printJson } from './terminal';
import { atWorkbench, refuseUnknown, type Workbench } from './workbench';

/** Lines under way at once: as many as an append takes. */
const WINDOW = 256;

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
      if (statSync(flags.file, { throwIfNoEntry: false })?.isFile() !== true)
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
  await refuseUnknown(workbench, name);
  await workbench.registry.refresh();
  const source = workbench.registry.byName(name);
  if (source === undefined) throw new CasetrailError('conflict', `The source ${name} can not be read here.`);
  const memory = new ImportMemory(file, name, workbench.logId);
  const resumedAt = restart === true ? 0 : memory.read();
  const summary: Summary = { lines: 0, resumed_at: resumedAt, outcomes: {}, refused: [], failed: [] };
  const progress = new Progress('lines');
  const { size } = statSync(file);
  let bytes = 0;
  let window: Promise<void>[] = [];
  // Each byte one character: bytes come through as they are, and nothing but CR and LF ends a line.
  const input = createReadStream(file, { encoding: 'latin1' });
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    summary.lines += 1;
    bytes += text.length + 1;
    if (summary.lines <= resumedAt || text.trim() === '') continue;
    window.push(importOne(workbench, source, summary, summary.lines, Buffer.from(text, 'latin1')));
    if (window.length < WINDOW) continue;
    await Promise.all(window);
    window = [];
    if (summary.failed.length === 0) memory.write(summary.lines);
    progress.show(bytes / size, summary.lines);
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
  bytes: Buffer,
): Promise<void> {
  const read = readImportLine(bytes, Date.now());
  if (typeof read === 'string') {
    summary.failed.push({ line, code: 'invalid_line', detail: read });
    return;
  }
  const { receivedAt, raw, eventId } = read;
  const answers = new Answers(newReceiptId(receivedAt));
  const arrival = { receiptId: answers.receiptId, receivedAt, raw, webhookId: eventId };
  const delivery = withoutRequest({ ...arrival, keyId: null, traceparent: null }, false, true);
  const answer = await receiver
    .receiveAgain(source, delivery, answers)
    .catch((thrown: unknown) => receiver.failed(thrown, answers));
  const outcome = outcomeOf(answer);
  const told = { line, code: codeOf(answer), detail: detailOf(answer) };
  if (outcome === null) {
    summary.failed.push(told);
    return;
  }
  summary.outcomes[outcome] = (summary.outcomes[outcome] ?? 0) + 1;
  if (answer.status !== 200 || outcome === 'quarantined') summary.refused.push(told);
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

function tell({ lines, resumed_at, outcomes, refused, failed }: Summary): void {
  for (const { line, code, detail } of [...refused, ...failed]) print(`line ${line}: ${code}: ${detail}`);
  if (resumed_at > 0) print(`Resumed behind line ${resumed_at}.`);
  const counts = Object.entries(outcomes).map(([name, count]) => `${count} ${name}`);
  print(
    `${lines} lines: ${counts.join(', ') || 'nothing new'}${failed.length === 0 ? '' : `, ${failed.length} without outcome`}`,
  );
}
