import { createHash } from 'node:crypto';
import { Chore } from '../../kernel/chore';
import { asError } from '../../kernel/errors';
import { nextTurn } from '../../kernel/next-turn';
import { type Queryable } from '../../platform/postgres/database';
import { StatementError } from '../../platform/postgres/database-error';
import { storableText } from '../../platform/postgres/storable-text';
import { type Delivery } from './delivery';

const SECOND = 1000;
const FLUSH_MS = 200;
const BATCH_MAX = 500;
/** Beyond these rows the journal forgets: it must not grow without end while the database is away. */
const WAITING_MAX = 20_000;
/** Of deliveries that proved nobody: so many rows a second and source, the rest is counted. */
const UNPROVEN_PER_SECOND = 20;
/** Closures that hold a body: few, so that what the journal holds is bounded in bytes too. */
const EXAMINATIONS_MAX = 10;

const WRITE = {
  name: 'app_delivery_write',
  text: `
    INSERT INTO app.delivery (receipt_id, source, received_at, status, code, detail, latency_ms, body_bytes, wire_bytes,
                              body_hash, key_id, client_ip, event_id, findings)
    SELECT r.receipt_id, r.source, to_timestamp(r.received_at / 1000.0), r.status, r.code, r.detail, r.latency_ms,
           r.body_bytes, r.wire_bytes, r.body_hash, r.key_id, r.client_ip, r.event_id, r.findings::jsonb
    FROM unnest($1::uuid[], $2::text[], $3::float8[], $4::smallint[], $5::text[], $6::text[], $7::real[], $8::int[],
                $9::int[], $10::bytea[], $11::text[], $12::text[], $13::uuid[], $14::text[])
      AS r(receipt_id, source, received_at, status, code, detail, latency_ms, body_bytes, wire_bytes, body_hash,
           key_id, client_ip, event_id, findings)
    ON CONFLICT (receipt_id) DO NOTHING`,
} as const;

const USED = {
  name: 'app_key_used',
  text: `
    INSERT INTO app.key_use AS u (source, key_id, last_used_at)
    SELECT r.source, r.key_id, to_timestamp(r.at / 1000.0)
    FROM unnest($1::text[], $2::text[], $3::float8[]) AS r(source, key_id, at) ORDER BY r.source, r.key_id
    ON CONFLICT (source, key_id) DO UPDATE SET last_used_at = greatest(u.last_used_at, EXCLUDED.last_used_at)`,
} as const;

export interface JournalOptions {
  readonly db: Queryable;
  readonly log: (message: string) => void;
}

/** The delivery journal: rows gather in memory and are written behind the answers, which never wait for them. */
export class DeliveryJournal {
  #waiting: Row[] = [];
  #examinations = 0;
  readonly #used = new Map<string, { source: string; keyId: string; at: number }>();
  readonly #unproven = new Map<string, number>();
  #second = 0;
  #dropped = 0;
  readonly #chore = new Chore({
    everyMs: FLUSH_MS,
    firstMs: FLUSH_MS,
    retryMs: SECOND,
    turn: () => this.flush(),
    onFailing: (thrown) => this.options.log(`the delivery journal is behind: ${asError(thrown).message}`),
  });

  constructor(private readonly options: JournalOptions) {}

  /** Rows that were not written, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  start(): void {
    this.#chore.start();
  }

  /** Writes what is waiting, if the database answers. */
  async stop(): Promise<void> {
    await this.#chore.stop();
    await this.flush().catch(() => undefined);
  }

  note(delivery: Delivery): void {
    const isSampledOut = !delivery.isAuthentic && this.#isFlood(delivery);
    if (isSampledOut || this.#waiting.length >= WAITING_MAX) this.#dropped += 1;
    else this.#waiting.push(this.#rowOf(delivery));
  }

  /** Called for every authentic delivery: kept in memory, one row a key and flush. */
  noteUse(source: string, keyId: string, at: number): void {
    const key = `${source}/${keyId}`;
    const used = this.#used.get(key);
    if (used === undefined) this.#used.set(key, { source, keyId, at });
    else used.at = at;
  }

  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH_MAX);
      for (const row of batch) if (row.examine !== null) await this.#examine(row, row.examine);
      await this.#write(batch);
      this.#waiting = this.#waiting.slice(batch.length);
    }
    if (this.#used.size === 0) return;
    const used = [...this.#used.values()];
    this.#used.clear();
    await this.options.db.query({
      ...USED,
      values: [used.map((u) => u.source), used.map((u) => u.keyId), used.map((u) => u.at)],
    });
  }

  /**
   * Once, however often the row is tried. It works on what anybody may send: were it to throw, the batch would never be
   * written, and were it to run with others in one turn of the event loop, nobody would be answered meanwhile.
   */
  async #examine(row: Row, examine: () => readonly string[]): Promise<void> {
    row.examine = null;
    this.#examinations -= 1;
    try {
      row.findings = JSON.stringify(examine().map(storableText));
    } catch (thrown) {
      this.options.log(`receipt ${row.receiptId} could not be examined: ${asError(thrown).message}`);
    }
    await nextTurn();
  }

  /** A row that PostgreSQL can't hold must not stop those behind it: by halving it is found and left out. */
  async #write(batch: readonly Row[]): Promise<void> {
    try {
      await this.options.db.query({ ...WRITE, values: columnsOf(batch) });
    } catch (thrown) {
      if (!(thrown instanceof StatementError) || !thrown.isAboutData) throw thrown;
      if (batch.length === 1) {
        this.#dropped += 1;
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await this.#write(batch.slice(0, middle));
      await this.#write(batch.slice(middle));
    }
  }

  #rowOf({ body, examine, ...rest }: Delivery): Row {
    const isExamined = examine !== null && this.#examinations < EXAMINATIONS_MAX;
    if (isExamined) this.#examinations += 1;
    const bodyHash = body === null ? null : createHash('sha256').update(body).digest();
    return { ...rest, bodyHash, examine: isExamined ? examine : null, findings: null };
  }

  #isFlood({ source, receivedAt }: Delivery): boolean {
    const second = Math.floor(receivedAt / SECOND);
    if (second !== this.#second) {
      this.#second = second;
      this.#unproven.clear();
    }
    const count = (this.#unproven.get(source) ?? 0) + 1;
    this.#unproven.set(source, count);
    return count > UNPROVEN_PER_SECOND;
  }
}

interface Row extends Omit<Delivery, 'body' | 'examine'> {
  readonly bodyHash: Buffer | null;
  /** Until it was called: it holds the body. */
  examine: Delivery['examine'];
  /** JSON. */
  findings: string | null;
}

function columnsOf(batch: readonly Row[]): unknown[] {
  return [
    batch.map((d) => d.receiptId),
    batch.map((d) => d.source),
    batch.map((d) => d.receivedAt),
    batch.map((d) => d.status),
    batch.map((d) => d.code),
    batch.map((d) => (d.detail === null ? null : storableText(d.detail))),
    batch.map((d) => d.latencyMs),
    batch.map((d) => d.bodyBytes),
    batch.map((d) => d.wireBytes),
    batch.map((d) => d.bodyHash),
    batch.map((d) => d.keyId),
    batch.map((d) => d.clientIp),
    batch.map((d) => d.eventId),
    batch.map((d) => d.findings),
  ];
}
