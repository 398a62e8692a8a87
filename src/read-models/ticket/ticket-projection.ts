import { ticketRow } from '../../domain/ticket-row';
import { type Projection, type TicketRows } from '../../followers/projections/projection';
import { type Row } from '../../followers/projections/table';
import { type TicketHistory } from '../../followers/projections/ticket-history';
import { joined } from '../../kernel/joined';
import { ticketTable, verdictChangeTable } from './ticket-tables';
import { verdictChangeRows } from './verdict-changes';

/** The state of each ticket, and what became of what its senders claimed. */
export const ticketProjection: Projection = {
  name: 'ticket',
  codeVersion: 1,
  tables: [ticketTable, verdictChangeTable],
  rows: (history): TicketRows => [[stateRow(history)], verdictChangeRows(history)],
};

function stateRow({ key, last, version, fold }: TicketHistory): Row {
  const { tenant, ticketId, lane, position } = last;
  const place = { tenant_id: tenant, ticket_id: ticketId, ticket_key: key, version, lane, position };
  return joined(ticketRow(fold), place);
}
