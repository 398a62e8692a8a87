import { type Fact } from '../fact';
import { CALENDAR_TIME } from './calendar';
import { calendarNamed, type SlaConfig } from './config';
import { type SlaInstance } from './instance';

/** A row of rpt.sla_clock_segment. Segments have no holes, and those of kind run sum up to the elapsed ms. */
export interface ClockSegment {
  readonly kind: 'run' | 'pause' | 'closed_hours';
  readonly from: number;
  readonly to: number;
  /** In the SLA's own time: nothing while closed. */
  readonly counted: number;
  /** What set the clock going, or stopped it; while closed the opening hours stop it in either state. */
  readonly by: Fact;
  readonly cause: string;
  /** Of the schedule; null on calendar basis and while closed. */
  readonly scheduleVersion: number | null;
}

export function segmentsOf(instance: SlaInstance, config: SlaConfig): ClockSegment[] {
  const isBusiness = instance.basis === 'business';
  const calendar = isBusiness ? calendarNamed(config, instance.scheduleId) : CALENDAR_TIME;
  const segments: ClockSegment[] = [];
  for (const { kind, from, to, by } of instance.spans) {
    let at = from;
    const closedUntil = (until: number): void => {
      if (until <= at) return;
      const closed = { from: at, to: until, counted: 0, by, cause: 'outside_hours', scheduleVersion: null };
      segments.push({ kind: 'closed_hours', ...closed });
    };
    for (const open of calendar.openWithin(from, to)) {
      closedUntil(open.from);
      const scheduleVersion = isBusiness ? open.version : null;
      const counted = open.to - open.from;
      segments.push({ kind, from: open.from, to: open.to, counted, by, cause: by.type, scheduleVersion });
      at = open.to;
    }
    closedUntil(to);
  }
  return segments;
}
