import { z } from 'zod';
import { authPolicy } from '../auth/scheme';
import { PLAIN_RULES, readingRules } from '../dialects/reading-rules';

const MIB = 1024 * 1024;

export const PROFILE_NAMES = [
  'telegram-crm',
  'telegram-crm-flat',
  'tg-staff',
  'telegram-bot',
  'standard-webhooks',
  'generic',
] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** How the sender repeats what it got no 200 for; null where nobody says. */
const retries = z.strictObject({
  /** Waits between attempts; the last one repeats if there are more attempts. */
  delaysMs: z.array(z.int().positive()).min(1),
  /** The first one included. */
  attempts: z.int().positive().nullable(),
  /** A failed delivery holds up the others of its chat. */
  isSerial: z.boolean(),
});

/** What is known of a family of senders, and how a source of it is treated. */
export const profileSchema = z.strictObject({
  name: z.enum(PROFILE_NAMES),
  /** For `source add` and the docs: what this profile is for, and what its signature leaves open. */
  about: z.string(),
  /** Said plainly wherever a source is shown; null where the signature covers all. */
  caution: z.string().nullable(),
  auth: authPolicy,
  /** strict: the sender is told of what it did wrong; absorb: it gets 200 and we keep the evidence. */
  onInvalid: z.enum(['strict', 'absorb']),
  /** How long the sender waits for an answer; the commit has 60 % of it. */
  senderTimeoutMs: z.int().positive(),
  retries: retries.nullable(),
  /** The sender's own limit, for expectations; not enforced. */
  senderMaxPerSecond: z.number().positive().nullable(),
  bodyMaxBytes: z.int().positive(),
  allowGzip: z.boolean(),
  /** A bot's answer ends a customer's wait. */
  botAnswers: z.boolean(),
  /** Where set, an envelope of another environment is refused. */
  environment: z.string().nullable(),
  reading: readingRules,
});
export type Profile = z.infer<typeof profileSchema>;

/** What holds for a sender of which nothing else is known. */
export const COMMON = {
  caution: null,
  onInvalid: 'strict',
  senderTimeoutMs: 10_000,
  retries: null,
  senderMaxPerSecond: null,
  bodyMaxBytes: MIB,
  allowGzip: false,
  botAnswers: false,
  environment: null,
  reading: PLAIN_RULES,
} as const satisfies Partial<Profile>;
