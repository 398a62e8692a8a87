import { z } from 'zod';
import { eventTypes, ticketEventTypes } from './event-types';
import { closeReasons, statuses } from './lifecycle';
import { verdictReasons, verdicts } from './verdict';

const after = z.object({
  status: z.enum(statuses),
  close_reason: z.enum(closeReasons).nullable(),
  assignee: z.string().nullable(),
  cycle_no: z.int(),
});

/**
 * The event as it was stored, so that a consumer who never saw it (a rejected one went to another topic) can
 * apply it now. Its personal part is personal here too and is stored apart again.
 */
const original = z.object({
  source: z.string(),
  event_id: z.string(),
  type: z.enum(eventTypes),
  schema_version: z.int(),
  occurred_at: z.string(),
  claimed_at: z.string().nullish(),
  received_at: z.string().nullish(),
  source_type: z.string().nullish(),
  data: z.record(z.string(), z.unknown()),
  personal: z.record(z.string(), z.unknown()).meta({ personal: true }).nullish(),
});

/** `type` is the type it has now: an opening may turn from creation to reopening. */
export const transitionBody = z.object({
  of_event_id: z.string(),
  from: z.enum(verdicts),
  to: z.enum(verdicts),
  type: z.enum(ticketEventTypes),
  reason: z.enum(verdictReasons).nullable(),
  original,
  after,
});

export const slaMetrics = ['first_response', 'next_response', 'resolution'] as const;

const instance = {
  instance_id: z.string(),
  metric: z.enum(slaMetrics),
  instance_no: z.int(),
  policy_id: z.string().nullish(),
  policy_version: z.int().nullish(),
  target_seconds: z.number(),
  due_at: z.string().nullable(),
  assignee_id: z.string().nullish(),
};

export const slaWarnedBody = z.object({ ...instance, warn_percent: z.number() });

export const slaBreachedBody = z.object({
  ...instance,
  breached_at: z.string(),
  breach_cause: z.string().nullish(),
});

/** `cause_event_id` is the late fact that undid the breach. */
export const slaBreachWithdrawnBody = z.object({
  ...instance,
  breached_at: z.string(),
  cause_event_id: z.string().nullish(),
});
