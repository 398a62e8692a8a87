import { type Projection } from '../../../src/followers/projections/projection';
import { type Cell, type Column, type Row, type Table } from '../../../src/followers/projections/table';
import { byTicket, TicketHistory } from '../../../src/followers/projections/ticket-history';
import { streamLane } from '../../../src/ledger/reading';
import { type Database } from '../../../src/platform/postgres/database';
import { allProjections } from '../../../src/projections';
import { SlaConfigStore } from '../../../src/sla/sla-config-store';
import { TEST_LANES } from '../../support/template';

/** What the tables hold, and what the pure functions make of the whole log, in one notation: a text a row. */
export interface Rows {
  readonly stored: string[];
  readonly expected: string[];
}

/** By table of every projection. */
export async function compareRows(db: Database): Promise<Map<string, Rows>> {
  const histories = await historiesOf(db);
  const compared = new Map<string, Rows>();
  for (const projection of allProjections(new SlaConfigStore(db, () => 0))) {
    await projection.prepare?.();
    const made = histories.map((history) => projection.rows(history));
    for (const [index, table] of projection.tables.entries()) {
      compared.set(table.name, {
        stored: await storedRows(db, projection, table),
        expected: made.flatMap((rows) => (rows[index] ?? []).map((row) => line(table, row))).sort(),
      });
    }
  }
  return compared;
}

async function historiesOf(db: Database): Promise<TicketHistory[]> {
  const histories: TicketHistory[] = [];
  for (let lane = 0; lane < TEST_LANES; lane++) {
    const events = [];
    for await (const slice of streamLane(db, lane, 0, 1000)) events.push(...slice);
    for (const own of byTicket(events).values()) histories.push(new TicketHistory(own));
  }
  return histories;
}

async function storedRows(db: Database, projection: Projection, table: Table): Promise<string[]> {
  const [live] = await db.query<{ generation: number }>({
    text: 'SELECT generation FROM app.projection WHERE name = $1',
    values: [projection.name],
  });
  const rows = await db.query<Record<string, string | null>>({
    text: `SELECT ${table.columns.map(selected).join(', ')} FROM rm_${live?.generation ?? 0}.${table.name}`,
  });
  return rows.map((row) => JSON.stringify(table.columns.map(({ name }) => row[name] ?? null))).sort();
}

function selected({ name, type }: Column): string {
  if (type === 'timestamptz') return `(extract(epoch FROM ${name}) * 1000)::bigint::text AS ${name}`;
  return type === 'text[]' ? `to_json(${name})::text AS ${name}` : `${name}::text AS ${name}`;
}

function line({ columns }: Table, row: Row): string {
  return JSON.stringify(columns.map((column) => cellText(column, row[column.name])));
}

function cellText({ type }: Column, cell: Cell | undefined): string | null {
  if (cell === null || cell === undefined) return null;
  return type === 'text[]' ? JSON.stringify(cell) : String(cell);
}
