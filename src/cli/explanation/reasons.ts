import { type Reason, type Segment } from '../../domain/sla/because';
import { type Numbers } from './life';
import { type Clock, durationOf, wrapped } from './words';

export interface Telling {
  readonly clock: Clock;
  readonly numbers: Numbers;
}

const INDENT = '      ';

/** The events behind a figure, and how its time was spent. */
export function reasonLines({ events, segments = [] }: Reason, telling: Telling): string[] {
  const names = events.map(({ event_id: id, type }) => `${numberOf(id, telling)} ${type}`);
  return [
    ...(names.length === 0 ? [] : wrapped(`${INDENT}because of `, names)),
    ...segments.map((segment) => segmentLine(segment, telling)),
  ];
}

function segmentLine(
  { kind, from, to, counted_ms: counted, event_id: id }: Segment,
  telling: Telling,
): string {
  const { clock } = telling;
  const [start, end] = [clock(from), clock(to)];
  const isSameDay = start.slice(0, 14) === end.slice(0, 14);
  const until = isSameDay ? end.slice(15) : end;
  const time = `${start} to ${until}`;
  return `${INDENT}${kind.padEnd(19)} ${time.padEnd(50)} ${durationOf(counted / 1000).padEnd(12)} ${numberOf(id, telling)}`.trimEnd();
}

function numberOf(eventId: string, { numbers }: Telling): string {
  return `#${numbers.get(eventId) ?? '?'}`;
}
