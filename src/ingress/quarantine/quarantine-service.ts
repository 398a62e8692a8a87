import { CasetrailError } from '../../kernel/errors';
import { isUuid } from '../../kernel/uuid';
import { type Acting } from '../../platform/http/bearer-guard';
import { audit } from '../../platform/postgres/audit';
import { type Database } from '../../platform/postgres/database';
import { type Answer, Answers, type FieldMistake, mistakeOf } from '../answer';
import { type Authentic, withoutRequest } from '../authentic';
import { readWebhook } from '../dialects/read-webhook';
import { type Beside } from '../incoming-of';
import { readJson } from '../json/strict-json';
import { type WebhookReceiver } from '../receive';
import { scopeMistake } from '../scope';
import { type Source, type SourceRegistry } from '../sources/source-registry';
import {
  findQuarantined,
  listQuarantined,
  type QuarantineEntry,
  type QuarantineFilter,
  type QuarantineRow,
  type QuarantineScope,
  resolve,
  retriable,
  stillWrong,
} from './quarantine-store';
import { unmappedEvents } from './remap';

/** So many different statements may come under one id before an operator should look closer. */
const BESIDE_MAX = 50;

export interface Retried {
  readonly id: string;
  readonly status: 'retried' | 'accepted' | 'open';
  /** What the sender would have been told. */
  readonly answer: Answer;
}

export interface Remapped {
  readonly found: number;
  readonly appended: number;
  readonly unchanged: number;
  readonly refused: number;
}

export interface QuarantineOptions {
  readonly db: Database;
  readonly sources: SourceRegistry;
  readonly receiver: WebhookReceiver;
}

/** What an operator may do with authentic deliveries that the log could not take. Their first arrival time stands. */
export class QuarantineService {
  constructor(private readonly options: QuarantineOptions) {}

  list(filter: QuarantineFilter): Promise<QuarantineEntry[]> {
    return listQuarantined(this.options.db, filter);
  }

  async get(id: string, tenant: string | null): Promise<QuarantineRow> {
    const row = isUuid(id) ? await findQuarantined(this.options.db, id, tenant) : null;
    if (row === null) throw new CasetrailError('not_found', `There is no quarantined delivery ${id}.`);
    return row;
  }

  /** After a mapping or a setting was mended. A conflict stays one, however often it is tried: accept or dismiss it. */
  async retry(id: string, acting: Acting): Promise<Retried> {
    const row = await this.#open(id, acting);
    if (row.code === 'idempotency_conflict') {
      const message = `${id} says something else under an id that is taken: accept it beside the first event, or dismiss it.`;
      throw new CasetrailError('conflict', message);
    }
    return this.#retry(row, acting);
  }

  async retryAll(filter: QuarantineScope, acting: Acting): Promise<Retried[]> {
    const retried: Retried[] = [];
    for (const id of await retriable(this.options.db, filter)) {
      const row = await this.get(id, acting.tenant);
      if (row.status === 'open') retried.push(await this.#retry(row, acting));
    }
    return retried;
  }

  /**
   * Appends what a mapping knows by now, beside the unmapped event and naming it as its cause. Run again it appends only
   * what a changed mapping reads as another type.
   */
  async retryUnmapped(sourceType: string, only: string | null, acting: Acting): Promise<Remapped> {
    const { db, sources, receiver } = this.options;
    await sources.refresh();
    const result = { found: 0, appended: 0, unchanged: 0, refused: 0 };
    for await (const event of unmappedEvents(db, sourceType, only, acting.tenant)) {
      result.found += 1;
      const source = sources.byName(event.source);
      const delivery = withoutRequest({ ...event, webhookId: event.sourceEventId }, true, event.isImported);
      const json = readJson(event.raw);
      const read =
        source === undefined || json.kind === 'malformed'
          ? null
          : readWebhook(source.policy, json.value, delivery);
      if (source === undefined || read?.kind !== 'event') result.refused += 1;
      else if (read.type === 'unmapped' || read.type === event.mappedAs) result.unchanged += 1;
      else {
        const beside = { suffix: `#map${event.mappings + 1}`, causationId: event.eventId };
        const answer = await receiver.receiveAgain(source, delivery, new Answers(event.receiptId), beside);
        if (answer.eventId === undefined || answer.eventId === null) result.refused += 1;
        else result.appended += 1;
      }
    }
    await audit((text, values) => db.query({ text, values }), {
      actor: acting.actor,
      action: 'quarantine.retry_unmapped',
      target: sourceType,
      tenant: acting.tenant,
      detail: { source: only, ...result },
    });
    return result;
  }

  /** Appends it beside the first event of its id, as an event of its own that names the first as its cause. */
  async accept(id: string, acting: Acting): Promise<Retried> {
    const row = await this.#open(id, acting);
    if (row.code !== 'idempotency_conflict' || row.firstEventId === null) {
      throw new CasetrailError('conflict', `${id} is no conflict of ids: retry or dismiss it.`);
    }
    const source = await this.#sourceOf(row);
    for (let n = 2; n <= BESIDE_MAX; n++) {
      const answer = await this.#append(source, row, { suffix: `#${n}`, causationId: row.firstEventId });
      if (mistakeOf(answer) === 'idempotency_conflict') continue;
      return this.#concluded(row, 'accepted', answer, acting);
    }
    throw new CasetrailError('conflict', `More than ${BESIDE_MAX} different statements came under one id.`);
  }

  async dismiss(id: string, acting: Acting): Promise<void> {
    const row = await this.#open(id, acting);
    await this.options.db.transaction(async (tx) => {
      await resolve(tx, id, 'dismissed', null, acting.actor);
      await this.#record(tx, row, 'dismiss', acting);
    });
  }

  async #open(id: string, acting: Acting): Promise<QuarantineRow> {
    const row = await this.get(id, acting.tenant);
    if (row.status !== 'open') throw new CasetrailError('conflict', `${id} is ${row.status} already.`);
    return row;
  }

  async #retry(row: QuarantineRow, acting: Acting): Promise<Retried> {
    const source = await this.#sourceOf(row);
    const delivery = withoutRequest(row, true, row.isImported);
    const mistake = scopeMistake(source, delivery, readJson(delivery.raw));
    if (mistake !== null) {
      const answer = new Answers(row.receiptId).refusal(mistake.code, mistake.detail);
      return this.#concluded(row, 'retried', answer, acting);
    }
    return this.#concluded(row, 'retried', await this.#append(source, row, null, delivery), acting);
  }

  #append(
    source: Source,
    row: QuarantineRow,
    beside: Beside | null,
    delivery: Authentic = withoutRequest(row, true, row.isImported),
  ): Promise<Answer> {
    return this.options.receiver.receiveAgain(source, delivery, new Answers(row.receiptId), beside);
  }

  async #concluded(
    row: QuarantineRow,
    done: 'retried' | 'accepted',
    answer: Answer,
    acting: Acting,
  ): Promise<Retried> {
    const { eventId = null } = answer;
    const isTaken = eventId !== null || answer.code === 'ping';
    if (isTaken) {
      await this.options.db.transaction(async (tx) => {
        await resolve(tx, row.id, done, eventId, acting.actor);
        await this.#record(tx, row, done === 'accepted' ? 'accept' : 'retry', acting, { event_id: eventId });
      });
      return { id: row.id, status: done, answer };
    }
    const { body } = answer;
    await stillWrong(this.options.db, row.id, {
      code: mistakeOf(answer),
      detail: String(body['detail']),
      errors: (body['errors'] as readonly FieldMistake[] | undefined) ?? null,
      firstEventId: (body['duplicate_of'] as string | undefined) ?? row.firstEventId,
    });
    return { id: row.id, status: 'open', answer };
  }

  async #sourceOf(row: QuarantineRow): Promise<Source> {
    // Through the registry's own look, so that settings mended a moment ago count.
    await this.options.sources.refresh();
    const source = this.options.sources.byName(row.source);
    if (source === undefined)
      throw new CasetrailError('conflict', `The source ${row.source} can not be read here.`);
    return source;
  }

  #record(
    tx: Pick<Database, 'query'>,
    row: QuarantineRow,
    action: 'retry' | 'accept' | 'dismiss',
    acting: Acting,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const tenant = this.options.sources.byName(row.source)?.tenant ?? null;
    const entry = { actor: acting.actor, action: `quarantine.${action}`, target: row.id, tenant };
    return audit((text, values) => tx.query({ text, values }), {
      ...entry,
      detail: { source: row.source, ...detail },
    });
  }
}
