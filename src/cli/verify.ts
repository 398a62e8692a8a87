import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { loadConfig } from '../config/config';
import { asError, CasetrailError } from '../kernel/errors';
import { type Anchor, parseAnchor } from '../ledger/verify/anchor';
import { FAULTS } from '../ledger/verify/fault';
import { type Verification, verifyLog } from '../ledger/verify/verify-log';
import { openDatabase } from '../platform/postgres/database';
import { findRunningInstance } from '../platform/runtime/data-dir';
import { replaceFile } from '../platform/runtime/files';
import { grouped, Progress } from './progress';
import { print, printJson, reasonOf, say } from './terminal';

const SECOND = 1000;
const EXIT = { clean: 0, fault: 1, notChecked: 2 } as const;

interface VerifyFlags {
  readonly json?: boolean;
  readonly anchor?: string;
  readonly writeAnchor?: string;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Prove that the log is consistent. Exit code: 0 clean, 1 a fault was found, 2 could not check.',
    )
    .option('--anchor <file>', 'also show whether the log was cut or rewritten since this anchor was written')
    .option(
      '--write-anchor <file>',
      'write an anchor once the log is found clean; keep it out of reach of the database',
    )
    .option('--json', 'print one JSON document')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.clean : EXIT.notChecked))
    .action(async (flags: VerifyFlags) => {
      try {
        process.exitCode = await verify(flags);
      } catch (thrown) {
        say(`casetrail: could not check: ${reasonOf(thrown)}`);
        process.exitCode = EXIT.notChecked;
      }
    });
}

async function verify(flags: VerifyFlags): Promise<number> {
  const anchor = flags.anchor === undefined ? undefined : readAnchor(flags.anchor);
  const db = openDatabase({
    url: databaseUrl(),
    poolMax: 2,
    applicationName: 'casetrail-verify',
    statementTimeoutMs: 300 * SECOND,
  });
  const began = performance.now();
  const progress = new Progress('events');
  try {
    const result = await verifyLog(db, {
      now: new Date(),
      ...(anchor === undefined ? {} : { anchor }),
      onProgress: (share, events) => progress.show(share, events),
    });
    progress.clear();
    report(result, flags, (performance.now() - began) / SECOND);
    return result.ok ? EXIT.clean : EXIT.fault;
  } finally {
    progress.clear();
    await db.close();
  }
}

function report(result: Verification, flags: VerifyFlags, seconds: number): void {
  const { ok, events, lanes, fault } = result;
  if (flags.json === true) printJson({ ok, events, lanes, fault });
  else if (fault === null) {
    const rate = Math.round(events / Math.max(seconds, 0.001));
    print(
      `The log is consistent: ${grouped(events)} events in ${lanes} lanes, ${seconds.toFixed(1)} s, ${grouped(rate)} events/s.`,
    );
    if (flags.anchor === undefined)
      print('Only an anchor shows whether it was cut or rewritten: verify --anchor <file>.');
  } else {
    print(
      `Fault at ${fault.lane}:${fault.position}: ${fault.kind}: ${FAULTS[fault.kind]}.\n  ${fault.detail}`,
    );
  }
  if (flags.writeAnchor === undefined) return;
  if (ok) replaceFile(flags.writeAnchor, `${JSON.stringify(result.anchor, null, 2)}\n`);
  else say(`No anchor was written to ${flags.writeAnchor}: the log is not clean.`);
}

function readAnchor(file: string): Anchor {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new CasetrailError('invalid_input', `The anchor can't be read: ${asError(thrown).message}`, {
      cause: thrown,
    });
  }
  return parseAnchor(text);
}

function databaseUrl(): string {
  const config = loadConfig();
  const url = config.database.url ?? findRunningInstance(config.dataDir)?.databaseUrl;
  if (url === undefined) {
    const message = `No casetrail runs here (${config.dataDir}): start it with npm start, or set DATABASE_URL.`;
    throw new CasetrailError('dependency_unavailable', message);
  }
  return url;
}
