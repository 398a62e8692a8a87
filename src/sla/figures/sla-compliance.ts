import { Inject, Injectable } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { READ_DATABASE, type Database, type Statement } from '../../platform/postgres/database';

/** By what the promises may be told apart; by metric and tenant they always are. */
const DIMENSIONS = {
  day: 'o.day::text AS day',
  policy: 'o.policy_id',
  channel: 'o.channel_type',
  agent: 'o.agent_id',
} as const;
type Dimension = keyof typeof DIMENSIONS;

const dimension = z.enum(Object.keys(DIMENSIONS) as Dimension[]);
const day = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], 'expected a day such as 2026-03-02')
  .transform((text) => new Date(text).toISOString().slice(0, 10));

export const complianceQuery = z.strictObject({
  from: day.describe('The first day (UTC).').optional(),
  to: day.describe('The last day (UTC), included.').optional(),
  group_by: z
    .preprocess(
      (given) =>
        (Array.isArray(given) ? given : [given]).flatMap((one: unknown) =>
          typeof one === 'string' ? one.split(',') : one,
        ),
      z.array(dimension),
    )
    .describe('day, policy, channel, agent: one or several. Without any: one line a metric.')
    .default([]),
  tenant: z.string().min(1).max(64).optional(),
});
type ComplianceQuery = z.output<typeof complianceQuery>;

const text = z.string().nullable();
const seconds = z.number().nullable();

export const complianceLine = z.object({
  tenant_id: z.string(),
  metric: z.enum(['first_response', 'next_response', 'resolution']),
  day: z.iso.date().optional(),
  policy_id: text.optional(),
  channel_type: text.optional(),
  agent_id: text.optional(),
  met: z.int(),
  breached: z.int(),
  cancelled: z.int(),
  running: z.int(),
  n: z.int().describe('met + breached: what compliance and elapsed times are of.'),
  compliance: seconds.describe('met / n; null where n is 0.'),
  p50_elapsed_seconds: seconds,
  p90_elapsed_seconds: seconds,
  mean_elapsed_seconds: seconds,
});
export type ComplianceLine = z.output<typeof complianceLine>;

/** `tenant` is the caller's; null may see all. */
export class SlaCompliance extends Query<readonly ComplianceLine[]> {
  constructor(
    readonly query: ComplianceQuery,
    readonly tenant: string | null,
  ) {
    super();
  }
}

@Injectable()
@QueryHandler(SlaCompliance)
export class SlaComplianceHandler implements IQueryHandler<SlaCompliance> {
  constructor(@Inject(READ_DATABASE) private readonly db: Database) {}

  execute({ query, tenant }: SlaCompliance): Promise<readonly ComplianceLine[]> {
    const { from = null, to = null, group_by: groups, tenant: wanted = null } = query;
    // Another tenant's figures are not refused: that they are there is nobody else's business.
    if (tenant !== null && wanted !== null && wanted !== tenant) return Promise.resolve([]);
    const values = [tenant ?? wanted, from, to];
    return this.db.query({ ...statementBy([...new Set(groups)].sort()), values });
  }
}

function statementBy(groups: readonly Dimension[]): Statement {
  const columns = groups.map((group) => DIMENSIONS[group]);
  const keys = ['o.tenant_id', 'o.metric', ...columns];
  const places = keys.map((_, index) => index + 1).join(', ');
  return {
    name: `sla_compliance_by_${groups.join('_')}`,
    text: `
      SELECT ${keys.join(', ')},
             count(*) FILTER (WHERE o.result = 'met') AS met,
             count(*) FILTER (WHERE o.result = 'breached') AS breached,
             count(*) FILTER (WHERE o.result = 'cancelled') AS cancelled,
             count(*) FILTER (WHERE o.result = 'running') AS running,
             count(e.seconds) AS n,
             round(avg((o.result = 'met')::int) FILTER (WHERE e.seconds IS NOT NULL), 4)::float8 AS compliance,
             percentile_disc(0.5) WITHIN GROUP (ORDER BY e.seconds) AS p50_elapsed_seconds,
             percentile_disc(0.9) WITHIN GROUP (ORDER BY e.seconds) AS p90_elapsed_seconds,
             round(avg(e.seconds), 1)::float8 AS mean_elapsed_seconds
      FROM rpt.sla_outcome o
      CROSS JOIN LATERAL (
        SELECT CASE WHEN o.result IN ('met', 'breached') THEN o.elapsed_seconds END AS seconds) e
      WHERE ($1::text IS NULL OR o.tenant_id = $1) AND ($2::date IS NULL OR o.day >= $2)
        AND ($3::date IS NULL OR o.day <= $3)
      GROUP BY ${places} ORDER BY ${places}`,
  };
}
