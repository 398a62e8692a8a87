/** Prometheus's model, as far as it is used here. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Of a histogram's samples: which of its three series this is. */
  readonly series?: '_bucket' | '_sum' | '_count';
}

export interface Metric {
  /** Counters end in _total; units are spelt out (_seconds, _bytes). */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

/**
 * A part that has figures to show. Asked at each scrape: figures that others hold (a table, a pool) are read then, and
 * nothing is paid for them in between. A source that fails or is slow costs its own figures and nobody else's.
 */
export interface MetricSource {
  metrics(): readonly Metric[] | Promise<readonly Metric[]>;
}

/** Several samples, or the only one as a number. */
type Values = number | readonly Sample[];

/** Only ever grows while the process lives. */
export function counter(name: string, help: string, values: Values): Metric {
  return { name, help, type: 'counter', samples: samplesOf(values) };
}

export function gauge(name: string, help: string, values: Values): Metric {
  return { name, help, type: 'gauge', samples: samplesOf(values) };
}

function samplesOf(values: Values): readonly Sample[] {
  return typeof values === 'number' ? [{ labels: {}, value: values }] : values;
}
