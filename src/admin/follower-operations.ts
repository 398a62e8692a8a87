import { z } from 'zod';
import { operationsUnder } from '../platform/http/openapi';
import { FOLLOWER_STATES } from './follower-states';

const follower = z.object({
  name: z.string().describe('projections, or relay:<topic>'),
  lane: z.int(),
  position: z.int().describe('The last one it has handled.'),
  head: z.int().describe('The last one of the log.'),
  state: z
    .enum(FOLLOWER_STATES)
    .describe('red: it can not go on, see error; unowned: no node follows this lane.'),
  lag_events: z
    .int()
    .describe('Events that it has not handled; of a relay only those that belong on its topic.'),
  lag_seconds: z.number().describe('Age in the log of the first of these.'),
  owner: z.guid().nullable().describe('The node that has the lane.'),
  lease_until: z.iso.datetime().nullable(),
  error: z.string().nullable(),
});

export const followerOperations = operationsUnder('/v1/admin/followers', 'Running it', [
  {
    method: 'get',
    path: '',
    summary: "How far projections and relay have come. Spans tenants: a tenant's token does not open it.",
    needs: 'operate',
    answers: { 200: { description: 'By name and lane.', schema: z.array(follower) } },
  },
]);
