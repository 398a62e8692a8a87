import { gauge, type Metric, type MetricSource, type Sample } from '../platform/http/metrics/metric';
import { type Queryable } from '../platform/postgres/database';
import { type FollowerState, followerStates } from './follower-states';

/** Lag and red lanes of all nodes: every node reports the same, so take the maximum over nodes and never the sum. */
export class FollowerMetrics implements MetricSource {
  constructor(private readonly db: Queryable) {}

  async metrics(): Promise<readonly Metric[]> {
    const states = await followerStates(this.db);
    const of = (figure: (state: FollowerState) => number): Sample[] =>
      states.map((state) => ({
        labels: { follower: state.name, lane: String(state.lane) },
        value: figure(state),
      }));
    return [
      gauge(
        'casetrail_follower_position',
        'The last position handled, by follower (projections, relay:<topic>) and lane.',
        of(({ position }) => position),
      ),
      gauge(
        'casetrail_follower_lag_events',
        'Events in the log that were not handled yet; of a relay only those that belong on its topic.',
        of(({ lag_events }) => lag_events),
      ),
      gauge(
        'casetrail_follower_lag_seconds',
        'Age in the log of the first of these events.',
        of(({ lag_seconds }) => lag_seconds),
      ),
      gauge(
        'casetrail_follower_red',
        '1: the lane can not go on; GET /v1/admin/followers says why.',
        of(({ state }) => (state === 'red' ? 1 : 0)),
      ),
      gauge(
        'casetrail_follower_unowned',
        '1: no node follows this lane.',
        of(({ state }) => (state === 'unowned' ? 1 : 0)),
      ),
    ];
  }
}
