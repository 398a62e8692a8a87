import { Histogram } from '../platform/http/metrics/histogram';
import { counter, gauge, type Metric } from '../platform/http/metrics/metric';
import { type AppendGroup, type AppendResult } from './append-statement';

const SECOND = 1000;

/** What the ledger of this node did since the start. */
export class LedgerMetrics {
  /** Groups of events that an append refused, and that were looked into. */
  conflicts = 0;
  #stored = 0;
  readonly #batches = new Histogram({
    name: 'casetrail_ledger_append_events',
    help: 'Events that one append tried to store.',
    bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
  });
  readonly #durations = new Histogram({
    name: 'casetrail_ledger_append_duration_seconds',
    help: 'One append, from the statement to its commit.',
    bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  });

  async measured(groups: readonly AppendGroup[], append: () => Promise<AppendResult>): Promise<AppendResult> {
    const startedAt = performance.now();
    const result = await append();
    this.#durations.observe((performance.now() - startedAt) / SECOND);
    this.#batches.observe(groups.reduce((sum, { events }) => sum + events.length, 0));
    this.#stored += result.reduce((sum, places) => sum + (places?.length ?? 0), 0);
    return result;
  }

  metrics(
    waiting: { readonly events: number; readonly bytes: number },
    duplicates: number,
  ): readonly Metric[] {
    return [
      gauge('casetrail_ledger_waiting_events', 'Events that wait for their commit.', waiting.events),
      gauge('casetrail_ledger_waiting_bytes', 'Bytes of their bodies.', waiting.bytes),
      counter('casetrail_ledger_events_total', "Events stored, casetrail's own among them.", this.#stored),
      counter('casetrail_ledger_duplicates_total', 'Events that had been stored before.', duplicates),
      counter(
        'casetrail_ledger_conflicts_total',
        'Groups of events that an append refused: copies of stored ones, or another node was first.',
        this.conflicts,
      ),
      this.#batches.metric(),
      this.#durations.metric(),
    ];
  }
}
