import { type Labels, type Metric, type Sample } from './metric';

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Prometheus's text format 0.0.4. What several parts tell under one name stands together, as the format demands. */
export function exposition(metrics: readonly Metric[]): string {
  const byName = new Map<string, [Metric, ...Metric[]]>();
  for (const metric of metrics) {
    const same = byName.get(metric.name);
    if (same === undefined) byName.set(metric.name, [metric]);
    else same.push(metric);
  }
  return [...byName.values()].map(family).join('');
}

function family(metrics: readonly [Metric, ...Metric[]]): string {
  const [{ name, help, type }] = metrics;
  const lines = metrics.flatMap(({ samples }) => samples.map((sample) => line(name, sample)));
  return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function line(name: string, { series, labels, value }: Sample): string {
  return `${name}${series ?? ''}${braced(labels)} ${valueText(value)}`;
}

function braced(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
