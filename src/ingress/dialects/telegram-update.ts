import { z } from 'zod';
import { id, INSTANT_EXPECTED, instantOf } from './values';

const maybeText = z.string().nullish();
const unixTime = z.int().refine((seconds) => instantOf(seconds) !== null, INSTANT_EXPECTED);

const user = z.looseObject({
  id,
  is_bot: z.boolean().nullish(),
  username: maybeText,
  first_name: maybeText,
  last_name: maybeText,
  language_code: maybeText,
});

const chat = z.looseObject({ id, type: maybeText, is_forum: z.boolean().nullish() });

export const telegramMessage = z.looseObject({
  message_id: id,
  date: unixTime,
  edit_date: unixTime.nullish(),
  chat,
  from: user.nullish(),
  sender_chat: chat.nullish(),
  message_thread_id: id.nullish(),
  is_topic_message: z.boolean().nullish(),
  text: maybeText,
  caption: maybeText,
});
export type TelegramMessage = z.output<typeof telegramMessage>;

/** What a message can carry, in the order in which the more telling one wins. */
const CONTENTS = [
  'text',
  'animation',
  'photo',
  'video',
  'document',
  'voice',
  'audio',
  'video_note',
  'sticker',
  'contact',
  'venue',
  'location',
  'poll',
  'dice',
  'story',
  'paid_media',
  'checklist',
  'invoice',
  'game',
] as const;

/** Null: a service message (somebody joined, something was pinned …), which nobody said. */
export function contentTypeOf(message: TelegramMessage): string | null {
  return CONTENTS.find((name) => message[name] !== undefined && message[name] !== null) ?? null;
}

/** Of the file a message carries; a photo comes in several sizes, the last one being the largest. */
export function fileSizeOf(message: TelegramMessage, contentType: string): number | null {
  const content: unknown = message[contentType];
  const file: unknown = Array.isArray(content) ? content.at(-1) : content;
  if (typeof file !== 'object' || file === null) return null;
  const size: unknown = (file as Readonly<Record<string, unknown>>)['file_size'];
  return typeof size === 'number' ? size : null;
}
