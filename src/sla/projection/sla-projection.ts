import { isDone } from '../../domain/lifecycle';
import { foldSla } from '../../domain/sla/fold-sla';
import {
  type Projection,
  type TicketProjection,
  type TicketRows,
} from '../../followers/projections/projection';
import { type Row } from '../../followers/projections/table';
import { type TicketEvent, type TicketHistory } from '../../followers/projections/ticket-history';
import { identityOf } from '../../ledger/identity';
import { SlaConfigurations } from '../sla-configurations';
import { type SlaConfigStore } from '../sla-config-store';
import { instanceRows } from './instance-rows';
import {
  assignmentIntervals,
  messageFacts,
  resolutionCycles,
  responseTurns,
  statusIntervals,
} from './interval-rows';
import { lateRevisions } from './late-revisions';
import { metricsRow } from './metrics-row';
import { slaTables } from './sla-tables';

/** Every figure of a ticket but its state, free of any clock: what runs is left to the views. */
export class SlaProjection implements TicketProjection {
  readonly kind = 'ticket';
  readonly name = 'sla';
  readonly codeVersion = 1;
  readonly tables = slaTables;
  #configurations = new SlaConfigurations([]);

  constructor(private readonly store: SlaConfigStore) {}

  async prepare(): Promise<void> {
    this.#configurations = await this.store.current();
  }

  rows(history: TicketHistory): TicketRows {
    const { fold, key, last } = history;
    const { head } = fold;
    const source = fold.steps[0]?.fact.source ?? last.source;
    const config = this.#configurations.configFor({
      tenant: last.tenant,
      source,
      createdAt: head.created_at,
      settledAt: isDone(head.status) ? head.last_event_at : null,
    });
    const sla = foldSla(fold, config, -Infinity);
    const stored = byRef(history.events);
    const resolvedAt = sla.metrics.lastResolvedAt;
    const dates = {
      created: dayOf(head.created_at),
      resolved: resolvedAt === null ? null : dayOf(resolvedAt),
    };
    const { instances, segments, events } = instanceRows(history, sla);
    const ticket = { tenant_id: last.tenant, ticket_id: last.ticketId, ticket_key: key };
    const tables: readonly (readonly Row[])[] = [
      [{ ...metricsRow(sla, source), lane: last.lane }],
      statusIntervals(sla),
      assignmentIntervals(sla),
      responseTurns(sla),
      resolutionCycles(sla),
      messageFacts(sla, stored),
      instances,
      segments,
      events,
      lateRevisions(history, stored, config, dates),
    ];
    return tables.map((rows) => rows.map((row) => ({ ...row, ...ticket })));
  }
}

function byRef(events: readonly TicketEvent[]): Map<string, TicketEvent> {
  return new Map(events.map((event) => [identityOf(event.source, event.dedupeKey), event]));
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
