import { foldSla } from '../../domain/sla/fold-sla';
import {
  type ReplacedTicket,
  type Storage,
  type Projection,
  type TicketRef,
  type TicketRows,
} from '../../followers/projections/projection';
import { type Row } from '../../followers/projections/table';
import { type TicketHistory } from '../../followers/projections/ticket-history';
import { joined } from '../../kernel/joined';
import { type Queryable } from '../../platform/postgres/database';
import { SlaConfigurations } from '../sla-configurations';
import { type SlaConfigStore } from '../sla-config-store';
import { newsAt, newsOf } from '../timers/news';
import { announceDue, type Announcer } from '../timers/timers';
import { restateByCode } from './code-restatement';
import { instanceRows } from './instance-rows';
import {
  assignmentIntervals,
  messageFacts,
  resolutionCycles,
  responseTurns,
  statusIntervals,
} from './interval-rows';
import { LateMemory } from './late-memory';
import { lateRevisionRows, reportingDates } from './late-revisions';
import { metricsRow } from './metrics-row';
import { Renewal } from './renewal';
import { slaTables } from './sla-tables';

/** Some 20 MB. */
const REVISIONS_REMEMBERED = 100_000;

/** Every figure of a ticket but its state, free of any clock: what runs is left to the views. */
export class SlaProjection implements Projection {
  readonly name = 'sla';
  readonly codeVersion = 2;
  readonly tables = slaTables;
  readonly #renewal = new Renewal();
  readonly #late = new LateMemory(REVISIONS_REMEMBERED);
  #configurations = new SlaConfigurations([]);

  /** Without an announcer it makes rows and tells nobody. */
  constructor(
    private readonly store: SlaConfigStore,
    private readonly announcer: Announcer | null,
  ) {}

  async prepare(): Promise<void> {
    this.#configurations = await this.store.current();
  }

  rows(history: TicketHistory): TicketRows {
    const { fold, key, last } = history;
    const configurations = this.#configurations;
    const config = configurations.configOf(last.tenant, fold);
    const sla = foldSla(fold, config, -Infinity);
    const metrics = joined(metricsRow(sla, fold.steps[0]?.fact.source ?? last.source), {
      lane: last.lane,
      news_at: newsAt(newsOf(history, sla, configurations)),
    });
    const { instances, segments, events } = instanceRows(history, sla);
    const place = { tenant_id: last.tenant, ticket_id: last.ticketId, ticket_key: key };
    const tables: readonly (readonly Row[])[] = [
      [metrics],
      statusIntervals(sla),
      assignmentIntervals(sla),
      responseTurns(sla),
      resolutionCycles(sla),
      messageFacts(sla, history),
      instances,
      segments,
      events,
      lateRevisionRows(this.#late.lateFacts(history, config), key, reportingDates(sla)),
    ];
    return tables.map((rows) => rows.map((row) => joined(row, place)));
  }

  outdated(db: Queryable, storage: Storage, limit: number): Promise<readonly TicketRef[]> {
    return this.#renewal.outdated(db, storage, limit, this.#configurations);
  }

  replacing(tx: Queryable, storage: Storage, tickets: readonly ReplacedTicket[]): Promise<void> {
    return this.#renewal.restate(tx, storage, tickets, this.#configurations);
  }

  carryOver(tx: Queryable, oldSchema: string, newSchema: string): Promise<void> {
    return restateByCode(tx, { old: oldSchema, new: newSchema });
  }

  async tick(db: Queryable, storage: Storage, upTo: number): Promise<void> {
    if (this.announcer === null) return;
    await announceDue(db, storage, upTo, this.announcer, this.#configurations);
  }
}
