import { Inject, Injectable } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { REACH_MS } from '../../domain/sla/calendar';
import { explain, type Explanation } from '../../domain/sla/explain';
import { foldSla } from '../../domain/sla/fold-sla';
import { isTicketEvent, TicketHistory } from '../../followers/projections/ticket-history';
import { CasetrailError } from '../../kernel/errors';
import { type HistoryEvent, isOwn, readTicket } from '../../ledger/reading';
import { findStoredTicket, noSuchTicket, type TicketAddress } from '../../ledger/ticket-address';
import { READ_DATABASE, type Database, type Queryable } from '../../platform/postgres/database';
import { databaseNow } from '../database-clock';
import { lateFacts } from '../projection/late-facts';
import { SlaConfigurations } from '../sla-configurations';
import { readVersions } from '../sla-version-store';

/** Every figure of a ticket and what is behind it. `asOf` (ms UTC): with what had arrived by then; null: now. */
export class ExplainTicket extends Query<ExplainedTicket> {
  constructor(
    readonly address: TicketAddress,
    readonly asOf: number | null,
  ) {
    super();
  }
}

export interface ExplainedTicket extends Explanation {
  /** Its key. */
  readonly ticket: string;
  readonly as_of: string;
}

@Injectable()
@QueryHandler(ExplainTicket)
export class ExplainTicketHandler implements IQueryHandler<ExplainTicket> {
  constructor(@Inject(READ_DATABASE) private readonly db: Database) {}

  async execute({ address, asOf }: ExplainTicket): Promise<ExplainedTicket> {
    return (await explainTicket(this.db, address, asOf)).explained;
  }
}

export interface ExplainedHistory {
  readonly explained: ExplainedTicket;
  readonly history: TicketHistory;
}

/** Straight from the log, by the same functions that fill the tables. */
export async function explainTicket(
  db: Queryable,
  address: TicketAddress,
  asOf: number | null,
): Promise<ExplainedHistory> {
  const clock = await databaseNow(db);
  // What runs is laid out day by day up to there: a reader must not be able to ask for thousands of years.
  if (asOf !== null && asOf > clock + REACH_MS) throw tooFarAhead();
  const { tenant, ticketId } = await findStoredTicket(db, address);
  const stored: HistoryEvent[] = await readTicket(db, tenant, ticketId);
  const known = stored.filter(isTicketEvent).filter(({ receivedAt }) => asOf === null || receivedAt <= asOf);
  if (known.every(isOwn)) throw noSuchTicket(address.id);
  const history = new TicketHistory(known);
  const { fold, key } = history;
  const config = new SlaConfigurations(await readVersions(db, null)).configOf(tenant, fold);
  const now = asOf ?? clock;
  const { figures, because } = explain(fold, foldSla(fold, config, now), {
    duplicatesByEventId: await duplicatesOf(db, tenant, ticketId),
    restatedCount: lateFacts(history, config).flatMap(({ revisions }) => revisions).length,
  });
  return { explained: { ticket: key, as_of: new Date(now).toISOString(), figures, because }, history };
}

function tooFarAhead(): CasetrailError {
  const message = 'as_of: figures reach two years from now, as far as opening hours are laid out.';
  return new CasetrailError('invalid_query', message);
}

const DUPLICATES = {
  name: 'sla_duplicates',
  text: 'SELECT coalesce(sum(n), 0)::bigint AS n FROM app.duplicate_count WHERE tenant = $1 AND ticket_id = $2',
} as const;

async function duplicatesOf(db: Queryable, tenant: string, ticketId: string): Promise<number> {
  const [row] = await db.query<{ n: number }>({ ...DUPLICATES, values: [tenant, ticketId] });
  return row?.n ?? 0;
}
