import { type Calendar } from './calendar';
import { categoryOf } from '../lifecycle';
import { type Course } from './course';
import { isUnresolved, type Stretch } from './status-course';

/** Whose court the ball is in, in ms. A contested wait is our own time, so it is a part of `active`. */
export interface Partition {
  readonly active: number;
  readonly waiting: number;
  readonly onHold: number;
  readonly contested: number;
}

export type Court = 'active' | 'waiting' | 'onHold';

export function courtOf({ status, contested }: Stretch): Court {
  const category = categoryOf[status];
  if (category === 'waiting_third_party') return 'onHold';
  return category === 'waiting_customer' && !contested ? 'waiting' : 'active';
}

/** Of the unresolved time, as the given calendar counts it. */
export function partitionOf({ status }: Course, calendar: Calendar, now: number): Partition {
  const sums = { active: 0, waiting: 0, onHold: 0, contested: 0 };
  for (const stretch of status.stretches) {
    if (!isUnresolved(stretch)) continue;
    const ms = calendar.business(stretch.from, stretch.to ?? now);
    sums[courtOf(stretch)] += ms;
    if (stretch.contested && stretch.status === 'pending') sums.contested += ms;
  }
  return sums;
}
