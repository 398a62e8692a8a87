import { z } from 'zod';
import { closeReasons, statuses } from '../../domain/lifecycle';
import { eventTypes } from '../../domain/event-types';
import { verdictReasons, verdicts } from '../../domain/verdict';
import { customerStatuses, customerTypes } from './customer-view';

const at = z.iso.datetime();
const text = z.string().nullable();
const change = <T extends z.ZodType>(value: T) => z.object({ from: value, to: value }).nullable();

export const internalEntry = z.object({
  at: at.describe('When it happened.'),
  received_at: at,
  type: z.enum(eventTypes),
  origin: z.enum(['sender', 'casetrail']),
  source: z.string(),
  verdict: z.enum(verdicts).describe('With all that is known now.'),
  verdict_at_arrival: z.enum(verdicts).nullable(),
  reason: z.enum(verdictReasons).nullable(),
  visibility: z.enum(['public', 'internal']).describe('Public: the customer view shows it too.'),
  actor: z
    .object({ kind: z.enum(['customer', 'agent', 'bot', 'system', 'rule', 'casetrail']), agent_id: text })
    .nullable(),
  status: z
    .object({
      from: z.enum(statuses).nullable(),
      to: z.enum(statuses),
      close_reason: z.enum(closeReasons).nullable(),
    })
    .nullable(),
  assignee: change(text),
  priority: change(text),
  message: z
    .object({
      message_id: text,
      sender_name: text,
      text,
      files: z.array(z.object({ content_type: text, file_size: z.number().nullable(), file_url: text })),
    })
    .nullable(),
  resolution_note: text,
  announcement: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe("What casetrail's own event announces."),
  event_id: z.uuid(),
  position: z.string().describe('lane:position'),
});
export type InternalEntry = z.output<typeof internalEntry>;

export const customerEntry = z.object({
  at,
  type: z.enum(customerTypes),
  sender: z
    .object({ kind: z.enum(['customer', 'support', 'bot']), name: text.describe("Only the customer's own.") })
    .nullable(),
  text,
  files: z.array(z.object({ content_type: text, file_size: z.number().nullable() })),
  status: z.enum(customerStatuses).nullable(),
  event_id: z.uuid(),
});
export type CustomerEntry = z.output<typeof customerEntry>;

export const timelinePage = z.object({
  items: z.array(z.union([internalEntry, customerEntry])),
  next: text.describe('The cursor of the next page; null at the end.'),
});
export type TimelinePage = z.output<typeof timelinePage>;
