import { commitmentsOf, waiting } from './commitments';
import { type SlaConfig } from './config';
import { type Course } from './course';
import { type FirstResponse } from './first-response';
import { type SlaInstance } from './instance';
import { runInstance } from './run-instance';

/** Ordered by metric and number. */
export function instancesOf(
  course: Course,
  first: FirstResponse,
  config: SlaConfig,
  now: number,
): SlaInstance[] {
  if (config.bindings.length === 0) return [];
  const broken = brokenBeforeBot(course, first, config, now);
  const instances: SlaInstance[] = broken === null ? [] : [broken];
  for (const commitment of commitmentsOf(course, first)) {
    if (broken !== null && commitment.metric === 'first_response') continue;
    const instance = runInstance(commitment, course.priorities, config, now);
    if (instance !== null) instances.push(instance);
  }
  return instances;
}

/** A bot's answer in time leaves nothing owed until the customer writes again; one that comes too late mends nothing. */
function brokenBeforeBot(course: Course, { botTurn }: FirstResponse, config: SlaConfig, now: number) {
  if (botTurn === null || course.head.creation_inferred) return null;
  const instance = runInstance(waiting(course, 'first_response', 1, botTurn), course.priorities, config, now);
  return instance?.breach === null ? null : instance;
}
