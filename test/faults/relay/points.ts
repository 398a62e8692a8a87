import { type Point } from './way';

/** Where a relay can die or lose a connection, in the order in which it comes by. */
export const POINTS = {
  'while it opens a lane': () => (moment) => moment.kind === 'tail asked',
  'before the broker has the batch': () => (moment) => moment.kind === 'batch sent',
  'after the broker has the batch and before its answer': () => (moment) => moment.kind === 'batch answered',
  'after the answer and before the checkpoint': () => behindAnswer('checkpoints sent'),
  'between two slices': () => behindAnswer('checkpoints stored'),
} as const satisfies Record<string, Point>;

export type PointName = keyof typeof POINTS;

/** Of a lane whose batch was answered since: a checkpoint may also pass by events that are not on the topic. */
function behindAnswer(kind: 'checkpoints sent' | 'checkpoints stored'): ReturnType<Point> {
  const answered = new Set<string>();
  return (moment) => {
    if (moment.kind === 'batch answered') answered.add(moment.place);
    return moment.kind === kind && moment.places.some((place) => answered.has(place));
  };
}
