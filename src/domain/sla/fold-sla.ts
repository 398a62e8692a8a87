import { type TicketFold } from '../fold-ticket';
import { type AssignmentInterval, assignmentsOf } from './assignments';
import { CALENDAR_TIME } from './calendar';
import { bindingAt, calendarNamed, type SlaConfig } from './config';
import { type Course, courseOf } from './course';
import { type FirstResponse, firstResponseOf } from './first-response';
import { type SlaInstance } from './instance';
import { instancesOf } from './instances';
import { metricsOf, type TicketMetrics } from './metrics';

/** Every figure of a ticket, in ms. */
export interface SlaFold {
  /** The instant that running figures are evaluated at: asked for, but never before the last event. */
  readonly now: number;
  readonly config: SlaConfig;
  readonly scheduleId: string | null;
  readonly course: Course;
  readonly first: FirstResponse;
  readonly instances: readonly SlaInstance[];
  readonly assignments: readonly AssignmentInterval[];
  readonly metrics: TicketMetrics;
}

/**
 * `asOf` -Infinity evaluates at the last event: the figures a stored row holds, free of any clock. Running ones
 * go on from `now` on.
 */
export function foldSla(fold: TicketFold, config: SlaConfig, asOf: number): SlaFold {
  const course = courseOf(fold, config.botAnswers);
  const now = Math.max(asOf, course.lastAt);
  const scheduleId = bindingAt(config, course.head.created_at)?.body.scheduleId ?? null;
  const business = scheduleId === null ? null : calendarNamed(config, scheduleId);
  const first = firstResponseOf(course);
  const instances = instancesOf(course, first, config, now);
  const assignments = assignmentsOf(course, instances, config, business ?? CALENDAR_TIME, now);
  const metrics = metricsOf({ course, first, instances, assignments, business, now });
  return { now, config, scheduleId, course, first, instances, assignments, metrics };
}
