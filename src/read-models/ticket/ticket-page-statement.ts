import { isDone, type Status } from '../../domain/lifecycle';
import { type Statement } from '../../platform/postgres/database';
import { NOBODY, type TicketFilter } from './ticket-query';

/** The sort column of a page's last ticket to the microsecond, and its key. */
export type TicketPlace = readonly [at: string, key: string];

export interface TicketPage {
  readonly filter: TicketFilter;
  /** Null: all tenants. */
  readonly tenant: string | null;
  readonly after: TicketPlace | null;
  readonly limit: number;
}

/** Each index of the table begins with the tenant: reading all of them means one short descent for each. */
const TENANTS = `
  tenant(id) AS (
    (SELECT t.tenant_id FROM rpt.ticket t ORDER BY t.tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT t.tenant_id FROM rpt.ticket t WHERE t.tenant_id > tenant.id ORDER BY t.tenant_id LIMIT 1)
    FROM tenant WHERE tenant.id IS NOT NULL),`;

/** Without a name: PostgreSQL plans each page for the filters and values it has. */
export function ticketPageStatement({ filter, tenant, after, limit }: TicketPage): Statement {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const column = filter.sort.replace('-', '');
  const isDescending = filter.sort.startsWith('-');
  const [before, direction] = isDescending ? ['<', 'DESC'] : ['>', 'ASC'];
  const conditions = [
    `t.tenant_id = ${tenant === null ? 'tenant.id' : bind(tenant)}`,
    ...conditionsOf(filter, bind),
    ...(after === null
      ? []
      : [`(t.${column}, t.ticket_key) ${before} (${bind(after[0])}::timestamptz, ${bind(after[1])})`]),
  ];
  const order = (alias: string): string =>
    `ORDER BY ${alias}.at ${direction}, ${alias}.ticket_key ${direction}`;
  const keys = `
    SELECT t.${column} AS at, t.ticket_key FROM rpt.ticket t
    WHERE ${conditions.join(' AND ')}
    ORDER BY t.${column} ${direction}, t.ticket_key ${direction} LIMIT ${bind(limit)}`;
  // First the keys, then the rows of one page: what is sorted stays narrow, and the view joins nothing for it.
  const text = `
    WITH RECURSIVE ${tenant === null ? TENANTS : ''}
    page AS MATERIALIZED (
      SELECT p.at, p.ticket_key FROM ${tenant === null ? 'tenant CROSS JOIN LATERAL' : ''} (${keys}) p
      ${order('p')} LIMIT ${bind(limit)})
    SELECT to_json(t) AS ticket, to_char(page.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
           page.ticket_key AS key
    FROM page JOIN rpt.ticket t ON t.ticket_key = page.ticket_key
    ${order('page')}`;
  return { text, values };
}

function conditionsOf(filter: TicketFilter, bind: (value: unknown) => string): string[] {
  const {
    status,
    status_category: category,
    assignee,
    channel,
    source,
    priority,
    is_diverged: diverged,
  } = filter;
  const equal = (column: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`t.${column} = ${bind(value)}`];
  const among = (column: string, list: readonly string[] | undefined): string[] =>
    list === undefined ? [] : [`t.${column} = ANY(${bind(list)})`];
  const from = (column: string, sign: '>=' | '<', at: string | undefined): string[] =>
    at === undefined ? [] : [`t.${column} ${sign} ${bind(at)}::timestamptz`];
  return [
    ...among('status', status),
    ...among('status_category', category),
    // Said aloud, so that the indexes of the few open and the few diverged tickets can be used.
    ...(asksForOpen(filter) ? [`t.status_category <> 'done'`] : []),
    ...(diverged === undefined ? [] : [diverged === 'true' ? 't.is_diverged' : 'NOT t.is_diverged']),
    ...(assignee === NOBODY ? ['t.assignee_id IS NULL'] : equal('assignee_id', assignee)),
    ...equal('channel_type', channel),
    ...equal('source', source),
    ...equal('priority', priority),
    ...from('created_at', '>=', filter.created_from),
    ...from('created_at', '<', filter.created_to),
    ...from('last_event_at', '>=', filter.updated_from),
  ];
}

function asksForOpen({ status, status_category: category }: TicketFilter): boolean {
  const noneDone = status?.every((one: Status) => !isDone(one)) ?? false;
  return noneDone || (category?.every((one) => one !== 'done') ?? false);
}
