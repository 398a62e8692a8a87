import { type Reason } from '../../domain/sla/because';
import { type Json } from '../../domain/sla/output';
import { type TicketHistory } from '../../followers/projections/ticket-history';
import { type ExplainedTicket } from '../../sla/explain/explain-ticket';
import { lifeLines, numbersOf } from './life';
import { reasonLines, type Telling } from './reasons';
import { type Clock, clockIn, COLUMNS, durationOf, wrapped } from './words';

const NAME_WIDTH = 38;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A ticket's life and figures for somebody who reads them on a terminal, in the local time of its schedule. */
export function pageOf(explained: ExplainedTicket, history: TicketHistory, zone: string): string[] {
  const { ticket, as_of: asOf, figures, because } = explained;
  const clock = clockIn(zone);
  const telling: Telling = { clock, numbers: numbersOf(history) };
  const list = (title: string, items: Json | undefined, reasons: readonly Reason[]): string[] =>
    section(
      title,
      (items as readonly Row[]).flatMap((row, index) => {
        return [...rowLines(row, telling), ...reasonLines(reasons[index] ?? { events: [] }, telling)];
      }),
    );
  return [
    `Ticket ${ticket} as of ${clock(asOf)}, times in ${zone}`,
    ...configurationLines(because.configuration),
    ...section('What happened', lifeLines(history, clock)),
    ...section('Figures', figureLines(explained, telling)),
    ...list('Turns', figures['turns'], because.turns),
    ...list('Assignments', figures['assignments'], because.assignments),
    ...list('SLA', figures['sla'], because.sla),
  ];
}

type Row = Readonly<Record<string, Json>>;

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function configurationLines(configuration: ExplainedTicket['because']['configuration']): string[] {
  const { revision, schedule_id: schedule, policy_id: policy, policy_version: version } = configuration;
  const promised = policy === null ? 'no policy' : `policy ${policy} version ${String(version)}`;
  const hours = schedule === null ? 'no schedule' : `schedule ${schedule}`;
  const bots = configuration.bot_answers ? ', bots answer' : '';
  return [`${promised}, ${hours}${bots} (config_revision ${revision})`];
}

/** Figures of one origin stand together, above what is behind them. */
function figureLines({ figures, because }: ExplainedTicket, telling: Telling): string[] {
  const groups = new Map<string, { readonly reason: Reason; readonly lines: string[] }>();
  for (const [name, value] of Object.entries(figures)) {
    if (isList(value)) continue;
    const reason = because.figures[name] ?? { events: [] };
    const key = JSON.stringify(reason);
    const group = groups.get(key) ?? { reason, lines: [] };
    groups.set(key, group);
    group.lines.push(`  ${name.padEnd(NAME_WIDTH)} ${valueOf(name, value, telling.clock)}`);
  }
  return [...groups.values()].flatMap(({ reason, lines }) => [...lines, ...reasonLines(reason, telling)]);
}

/** Lists of rows have sections of their own; a list of words is a value. */
function isList(value: Json): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === 'object');
}

function rowLines(row: Row, { clock, numbers }: Telling): string[] {
  const told = Object.entries(row).filter(([, value]) => value !== null);
  const items = told.map(([name, value]) => {
    const number = typeof value === 'string' ? numbers.get(value) : undefined;
    return `${name} ${number === undefined ? valueOf(name, value, clock) : `#${number}`}`;
  });
  return wrapped('  - ', items, '; ');
}

function valueOf(name: string, value: Json, clock: Clock): string {
  if (value === null) return '-';
  if (typeof value === 'string')
    return INSTANT.test(value) ? clock(value) : value.slice(0, COLUMNS - NAME_WIDTH);
  if (typeof value === 'number' && isDuration(name)) return `${value} s (${durationOf(value)})`;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.join(', ') || '-';
  return JSON.stringify(value);
}

function isDuration(name: string): boolean {
  return name === 'seconds' || name.endsWith('_seconds');
}
