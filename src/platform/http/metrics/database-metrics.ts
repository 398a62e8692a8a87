import { type Database } from '../../postgres/database';
import { gauge, type Metric, type MetricSource } from './metric';

type Pool = Pick<Database, 'connections'>;

/** The connection pools of this process, by name. */
export class DatabaseMetrics implements MetricSource {
  constructor(private readonly pools: Readonly<Record<string, Pool>>) {}

  metrics(): readonly Metric[] {
    const pools = Object.entries(this.pools).map(([pool, of]) => ({ pool, ...of.connections() }));
    return [
      gauge(
        'casetrail_database_connections',
        'Open connections to PostgreSQL by pool and state; their sum is the total.',
        pools.flatMap(({ pool, active, idle }) => [
          { labels: { pool, state: 'active' }, value: active },
          { labels: { pool, state: 'idle' }, value: idle },
        ]),
      ),
      gauge(
        'casetrail_database_waiting',
        'Statements that wait for a connection.',
        pools.map(({ pool, waiting }) => ({ labels: { pool }, value: waiting })),
      ),
    ];
  }
}
