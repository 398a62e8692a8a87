import { z } from 'zod';
import { statuses } from '../../domain/lifecycle';
import { isPointer } from '../json/json-pointer';
import { SENDABLE_TYPES } from './event-names';
import { FIELD_NAMES } from './field-names';

export const TIME_UNITS = ['ms', 's', 'min', 'h'] as const;
export const SENDER_TYPES = ['customer', 'agent', 'bot', 'system'] as const;
export type SenderType = (typeof SENDER_TYPES)[number];

const name = z.string().min(1).max(100);
const jsonPointer = z
  .string()
  .min(1)
  .max(200)
  .refine(isPointer, 'expected a JSON pointer such as /data/ticket/id');
const pointers = z.union(
  [jsonPointer.transform((one) => [one]), z.array(jsonPointer).min(1).max(10)],
  'expected a JSON pointer such as /data/ticket/id, or a list of them',
);

/** Where the fields stand in the sender's body: the first pointer that finds something wins. */
export const fieldMap = z.partialRecord(z.enum(FIELD_NAMES), pointers);
export type FieldMap = z.output<typeof fieldMap>;

/** What a source may teach its dialect. Names are compared as sent first, then without regard to case. */
export const readingRules = z.strictObject({
  /** Of response_time and resolution_time, which no CRM documents. */
  vendorTimeUnit: z.enum(TIME_UNITS),
  eventTypes: z.record(name, z.enum([...SENDABLE_TYPES, 'ping'])),
  statuses: z.record(name, z.enum(statuses)),
  senders: z.record(name, z.enum(SENDER_TYPES)),
  fields: fieldMap,
  /** generic only: what makes an event itself, where it has no id. */
  dedupe: z.array(jsonPointer).max(10),
  /** telegram-bot only: the Telegram user ids of those who answer. */
  agents: z.array(z.string().regex(/^\d{1,20}$/, 'a numeric Telegram user id')),
});
export type ReadingRules = z.output<typeof readingRules>;

export const PLAIN_RULES: ReadingRules = {
  vendorTimeUnit: 's',
  eventTypes: {},
  statuses: {},
  senders: {},
  fields: {},
  dedupe: [],
  agents: [],
};
