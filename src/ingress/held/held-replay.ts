import { Chore } from '../../kernel/chore';
import { asError } from '../../kernel/errors';
import { type Database } from '../../platform/postgres/database';
import { Answers } from '../answer';
import { withoutRequest } from '../authentic';
import { quarantine } from '../quarantine/quarantine-store';
import { type WebhookReceiver } from '../receive';
import { type Source, type SourceRegistry } from '../sources/source-registry';
import { type HeldRow, nextHeld, release, sourcesWithHeld } from './held-store';

const SECOND = 1000;
const LOOK_MS = SECOND;
const SLICE = 100;

// One node per source at a time; a lost one lets go with its connection. Others would only find duplicates.
const TRY_LOCK = `SELECT pg_try_advisory_xact_lock(hashtextextended('casetrail held ' || $1, 0)) AS locked`;

export interface HeldReplayOptions {
  readonly db: Database;
  readonly sources: SourceRegistry;
  readonly receiver: WebhookReceiver;
  readonly log: (message: string) => void;
}

/**
 * Appends what was held back as soon as its source takes deliveries again, or takes none any more. A delivery leaves the
 * table only once the log (or the quarantine) has it; after a crash in between it is found to be a duplicate, and leaves then.
 */
export class HeldReplay {
  readonly chore = new Chore({
    everyMs: LOOK_MS,
    firstMs: 0,
    retryMs: LOOK_MS,
    turn: (stopping) => this.#turn(stopping),
    onFailing: (thrown) => this.options.log(`held deliveries wait: ${asError(thrown).message}`),
  });

  constructor(private readonly options: HeldReplayOptions) {}

  async #turn(stopping: AbortSignal): Promise<void> {
    for (const name of await sourcesWithHeld(this.options.db)) {
      if (isDue(this.options.sources.byName(name))) await this.#replay(name, stopping);
    }
  }

  async #replay(source: string, stopping: AbortSignal): Promise<void> {
    await this.options.db.transaction(async (tx) => {
      const [lock] = await tx.query<{ locked: boolean }>({ text: TRY_LOCK, values: [source] });
      if (lock?.locked !== true) return;
      let after = 0;
      while (!stopping.aborted) {
        const rows = await nextHeld(this.options.db, source, after, SLICE);
        const last = rows.at(-1);
        if (last === undefined) return;
        const done = await Promise.all(rows.map((row) => this.#append(row)));
        // By a connection of its own: released as soon as it is in the log, whatever becomes of this transaction.
        await release(
          this.options.db,
          rows.filter((_row, index) => done[index]).map(({ id }) => id),
        );
        if (done.includes(false)) return;
        after = last.id;
      }
    });
  }

  /** False: not now; it stays held. */
  async #append(row: HeldRow): Promise<boolean> {
    const source = this.options.sources.byName(row.source);
    if (!isDue(source)) return false;
    const answers = new Answers(row.receiptId);
    const answer = await this.options.receiver
      .receiveAgain(source, withoutRequest(row, false), answers)
      .catch((thrown: unknown) => this.options.receiver.failed(thrown, answers));
    if (answer.code === 'internal_error') {
      // No sender comes again with it, and the next try would fail too: it is for an operator to see and to retry.
      const { code, body } = answer;
      const mistake = { code, detail: String(body['detail']), errors: null, firstEventId: null };
      await quarantine(this.options.db, { ...row, ...mistake, isImported: false });
    } else if (answer.status >= 500) return false;
    if (answer.status !== 200)
      this.options.log(`a held delivery of ${row.source}: ${answer.code} (${row.receiptId})`);
    return true;
  }
}

/** What a paused or blocked source sent waits for its resumption. A retired one has none: what it sent before is due. */
function isDue(source: Source | undefined): source is Source {
  return source?.status === 'active' || source?.status === 'retired';
}
