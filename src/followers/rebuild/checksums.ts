import { type Queryable } from '../../platform/postgres/database';
import { type Projection } from '../projections/projection';
import { type Table } from '../projections/table';
import { type Build } from './build';

export interface LaneChecksum extends Record<string, unknown> {
  readonly projection: string;
  readonly lane: number;
  readonly checksum: string;
}

/** Of each lane's rows, whatever their order. */
export async function checksumsOf(db: Queryable, build: Build): Promise<LaneChecksum[]> {
  const all: LaneChecksum[] = [];
  for (const projection of build.projections) {
    all.push(
      ...(await db.query<LaneChecksum>({
        text: textFor(projection, build.schema),
        values: [projection.name],
      })),
    );
  }
  return all;
}

export async function storeChecksums(
  db: Queryable,
  { generation }: Build,
  checksums: readonly LaneChecksum[],
): Promise<void> {
  await db.query({
    text: `
      INSERT INTO app.projection_checksum (projection, generation, lane, checksum)
      SELECT u.projection, $1, u.lane, u.checksum
      FROM unnest($2::text[], $3::smallint[], $4::text[]) AS u(projection, lane, checksum)`,
    values: [
      generation,
      checksums.map(({ projection }) => projection),
      checksums.map(({ lane }) => lane),
      checksums.map(({ checksum }) => checksum),
    ],
  });
}

function textFor({ tables }: Projection, schema: string): string {
  const hasLane = ({ columns }: Table): boolean => columns.some(({ name }) => name === 'lane');
  const lanes = tables.find((table) => hasLane(table) && table.key.length === 1);
  const rows = tables.map((table, n) => {
    const own = `SELECT ${n} AS n, l.lane, hash_record_extended(t, 0) AS hash FROM ${schema}.${table.name} t`;
    if (hasLane(table)) return own.replace('l.lane', 't.lane');
    return `${own} JOIN ${schema}.${lanes?.name ?? table.name} l USING (ticket_key)`;
  });
  return `
    SELECT $1 AS projection, lane, md5(string_agg(sum, ' ' ORDER BY n)) AS checksum
    FROM (SELECT n, lane, sum(hash) || ' ' || count(*) AS sum FROM (${rows.join(' UNION ALL ')}) r GROUP BY n, lane) s
    GROUP BY lane`;
}
