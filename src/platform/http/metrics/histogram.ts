import { type Metric, type Sample } from './metric';

export interface HistogramDefinition {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, ascending; what is larger still counts in all. */
  readonly bounds: readonly number[];
  /** The name of its one label, where it has one. */
  readonly label?: string;
}

interface Series {
  /** By bound, not yet cumulated: an observation touches one number. */
  readonly counts: number[];
  count: number;
  sum: number;
}

/** How often a value fell below each bound. Observing costs a short walk over the bounds and three additions. */
export class Histogram {
  readonly #series = new Map<string, Series>();

  constructor(private readonly definition: HistogramDefinition) {
    if (definition.label === undefined) this.#seriesOf('');
  }

  observe(value: number, label = ''): void {
    const series = this.#seriesOf(label);
    const { bounds } = this.definition;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] ?? Infinity)) at += 1;
    series.counts[at] = (series.counts[at] ?? 0) + 1;
    series.count += 1;
    series.sum += value;
  }

  metric(): Metric {
    const { name, help } = this.definition;
    const samples = [...this.#series].flatMap(([label, series]) => this.#samples(label, series));
    return { name, help, type: 'histogram', samples };
  }

  #seriesOf(label: string): Series {
    let series = this.#series.get(label);
    if (series === undefined) {
      series = { counts: [], count: 0, sum: 0 };
      this.#series.set(label, series);
    }
    return series;
  }

  #samples(value: string, { counts, count, sum }: Series): Sample[] {
    const { bounds, label } = this.definition;
    const labels = label === undefined ? {} : { [label]: value };
    let below = 0;
    const buckets = bounds.map((bound, at): Sample => {
      below += counts[at] ?? 0;
      return { series: '_bucket', labels: { ...labels, le: String(bound) }, value: below };
    });
    return [
      ...buckets,
      { series: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
      { series: '_sum', labels, value: sum },
      { series: '_count', labels, value: count },
    ];
  }
}
