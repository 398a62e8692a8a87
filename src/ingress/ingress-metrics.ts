import { counter, gauge, type Metric, type MetricSource } from '../platform/http/metrics/metric';
import { type Queryable } from '../platform/postgres/database';
import { type DeliveryJournal } from './journal/delivery-journal';
import { type IngressCounters } from './journal/ingress-counters';
import { keysOf } from './journal/expiries';
import { type SourceRegistry } from './sources/source-registry';

const SECOND = 1000;

const WAITING = {
  name: 'app_waiting_deliveries',
  text: `
    SELECT s.name AS source,
           (SELECT count(*) FROM app.quarantine q WHERE q.source = s.name AND q.status = 'open') AS quarantined,
           (SELECT count(*) FROM app.held h WHERE h.source = s.name) AS held
    FROM app.source s ORDER BY s.name`,
} as const;

export interface IngressMetricsOptions {
  readonly db: Queryable;
  readonly counters: IngressCounters;
  readonly journal: Pick<DeliveryJournal, 'dropped'>;
  readonly sources: Pick<SourceRegistry, 'all'>;
}

/** Of this node: what it counted. Of the installation: what waits for an operator, and which keys will expire. */
export class IngressMetrics implements MetricSource {
  constructor(private readonly options: IngressMetricsOptions) {}

  async metrics(): Promise<readonly Metric[]> {
    const { counters, journal, sources, db } = this.options;
    const waiting = await db.query<{ source: string; quarantined: number; held: number }>(WAITING);
    const labelled = (figure: 'quarantined' | 'held'): { labels: { source: string }; value: number }[] =>
      waiting.map((row) => ({ labels: { source: row.source }, value: row[figure] }));
    return [
      ...counters.metrics(),
      counter(
        'casetrail_delivery_rows_dropped_total',
        'Rows that the delivery journal did not write: sampled out under flood, or too many waiting.',
        journal.dropped,
      ),
      gauge('casetrail_quarantine_open', 'Quarantined deliveries to decide on.', labelled('quarantined')),
      gauge('casetrail_held_deliveries', 'Deliveries of paused sources.', labelled('held')),
      gauge(
        'casetrail_key_expires_seconds',
        'When a key or token of a source stops being good, in Unix time; only of those that will.',
        sources.all().flatMap((source) =>
          keysOf(source).map(({ keyId, notAfter }) => ({
            labels: { source: source.name, key: keyId },
            value: notAfter / SECOND,
          })),
        ),
      ),
    ];
  }
}
