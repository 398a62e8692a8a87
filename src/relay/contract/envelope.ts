import { z } from 'zod';
import { ownEventTypes, ticketEventTypes } from '../../domain/event-types';
import { closeReasons, statuses } from '../../domain/lifecycle';
import { rejectReasons, verdicts } from '../../domain/verdict';
import { type TopicKind } from '../relay-topic';

/** The event types that each topic may carry. */
export const typesOn = {
  'ticket-events': [...ticketEventTypes, ...ownEventTypes],
  'ticket-rejections': ticketEventTypes,
} as const satisfies Record<TopicKind, readonly string[]>;

export type ContractType = (typeof typesOn)['ticket-events'][number];

/** Decimal: a lane's position outgrows the 32 bits of a CloudEvents integer. */
const position = z.string().regex(/^(0|[1-9][0-9]*)$/);
const instant = z.string().meta({ format: 'date-time' });

const attributes = {
  specversion: z.literal('1.0'),
  id: z.string().describe('Unique per source, and the same on every copy of the event.'),
  source: z.string().describe('/casetrail/<tenant>/<source>; <source> is casetrail for its own events.'),
  type: z.string().describe('casetrail.<event type>.v1'),
  subject: z.string().describe('The ticket: tenant/ticket_id. Also the key of the record.'),
  time: instant.describe('When it happened, by the sender. UTC.'),
  dataschema: z.string().describe('urn:casetrail:schema:<event type>:v1, the $id of the schema of `data`.'),
  partitionkey: z.string().describe('The key of the record.'),
  position: position.describe(
    'Place in the partition: 1, 2, 3 … of the log, so not each one is on this topic.',
  ),
  prevposition: position.describe(
    '`position` of the event before it on this topic and partition; 0 = the first.',
  ),
  logid: z.string().describe('The database that published it. Another one has other positions.'),
  digest: z
    .string()
    .describe("The log's hash chain up to the append of this event: `verify --anchor` takes it."),
  correlationid: z.string().optional(),
  causationid: z.string().describe('`id` of the event that led to this one.').optional(),
  traceparent: z.string().describe('W3C trace context of the webhook.').optional(),
  datacontenttype: z.literal('application/json'),
};

const after = z
  .object({
    status: z.enum(statuses),
    close_reason: z.enum(closeReasons).nullable(),
    assignee: z.string().nullable(),
    cycle_no: z.int().describe('1, and one more with each reopening.'),
  })
  .describe('The state of the ticket with this event and all before it.');

const data = z.record(z.string(), z.unknown()).describe('By `type`; its schema is named by `dataschema`.');

/** The value of a record without what is particular to its type. */
export const envelopes = {
  'ticket-events': z.object({
    ...attributes,
    ticketversion: z.int().describe("1, 2, 3 … of the ticket's events on this topic, without gaps."),
    verdict: z.enum(verdicts).exclude(['rejected']).describe('What it was taken for when it arrived.'),
    verdictreason: z.literal('natural_duplicate').optional(),
    after,
    data,
  }),
  'ticket-rejections': z.object({
    ...attributes,
    verdict: z.literal('rejected'),
    verdictreason: z.enum(rejectReasons),
    after: after.describe('The state of the ticket, which this event did not change.'),
    data,
  }),
} as const satisfies Record<TopicKind, z.ZodObject>;
