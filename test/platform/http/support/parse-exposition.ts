const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/y;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const SERIES = { counter: [''], gauge: [''], histogram: ['_bucket', '_sum', '_count'] } as const;

export interface Figures {
  readonly names: readonly string[];
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** A strict reader of the text format 0.0.4: throws at whatever Prometheus would refuse or that would mislead it. */
export function parseExposition(text: string): Figures {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const values = new Map<string, number>();
  const types = new Map<string, keyof typeof SERIES>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (!NAME.test(name) || types.has(name)) throw new Error(`a name twice, or none: ${line}`);
      current = name;
    } else if (kind === 'TYPE') {
      if (name !== current || !isType(rest)) throw new Error(`a type out of place: ${line}`);
      if (rest === 'counter' && !name.endsWith('_total'))
        throw new Error(`a counter without _total: ${name}`);
      types.set(name, rest);
    } else {
      const [key, value] = sampleOf(line, current, types.get(current));
      if (values.has(key)) throw new Error(`the same series twice: ${line}`);
      values.set(key, value);
    }
  }
  checkBuckets(values);
  return { names: [...types.keys()], value: (name, labels = {}) => values.get(keyOf(name, labels)) };
}

function isType(text: string): text is keyof typeof SERIES {
  return Object.hasOwn(SERIES, text);
}

function sampleOf(line: string, family: string, type: keyof typeof SERIES | undefined): [string, number] {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  const isOfFamily = type !== undefined && SERIES[type].some((series) => name === family + series);
  if (!isOfFamily) throw new Error(`not a sample of ${family}: ${line}`);
  return [keyOf(name, labelsOf(labels)), numberOf(value)];
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (LABEL.lastIndex = 0; LABEL.lastIndex < text.length;) {
    const found = LABEL.exec(text);
    const [, name = '', value = ''] = found ?? [];
    if (found === null || Object.hasOwn(labels, name)) throw new Error(`not labels: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_all, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    if (LABEL.lastIndex === text.length) break;
    if (text[LABEL.lastIndex] !== ',') throw new Error(`not labels: ${text}`);
    LABEL.lastIndex += 1;
  }
  return labels;
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  if (text === 'NaN') return NaN;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`not a number: ${text}`);
  return value;
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A bucket counts what the smaller ones count, and the last one counts all. */
function checkBuckets(values: ReadonlyMap<string, number>): void {
  const reached = new Map<string, number>();
  for (const [key, value] of values) {
    const [name, ...labels] = JSON.parse(key) as [string, ...[string, string][]];
    if (!name.endsWith('_bucket')) continue;
    const others = labels.filter(([label]) => label !== 'le');
    const series = JSON.stringify([name, ...others]);
    if (value < (reached.get(series) ?? 0))
      throw new Error(`a bucket counts less than a smaller one: ${key}`);
    reached.set(series, value);
    const le = labels.find(([label]) => label === 'le')?.[1];
    const count = values.get(JSON.stringify([name.replace(/_bucket$/, '_count'), ...others]));
    if (le === undefined || (le === '+Inf' && value !== count))
      throw new Error(`not a whole histogram: ${key}`);
  }
}
