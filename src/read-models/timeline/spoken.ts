import { type Body } from '../../domain/events';
import { joinPersonal, type JsonObject } from '../../domain/personal';
import { upcast } from '../../domain/upcasters';
import { type StoredEvent } from '../../ledger/reading';

/** A file somebody sent; its URL is personal and may have been forgotten. */
export interface SpokenFile {
  readonly content_type: string | null;
  readonly file_size: number | null;
  readonly file_url: string | null;
}

/** What was said, and by whom; null where the sender did not say or where it was forgotten since. */
export interface Spoken {
  readonly message_id: string | null;
  readonly sender_name: string | null;
  readonly text: string | null;
  readonly files: readonly SpokenFile[];
}

type MessageBody = Body<'message.received'>;
type OpeningBody = Body<'ticket.created'>;
type Part = Partial<SpokenFile> & { readonly text?: string | null };
type Name = Readonly<Partial<Record<'first_name' | 'last_name' | 'username', string | null | undefined>>>;

/** Of an event that says something; `personal` is what es.content holds of it. */
export function spokenIn(event: StoredEvent, personal: JsonObject): Spoken | null {
  switch (event.type) {
    case 'message.received':
    case 'message.edited':
      return ofMessage(whole(event, personal) as MessageBody);
    case 'ticket.created':
    case 'ticket.reopened':
      return ofOpening(whole(event, personal));
    default:
      return null;
  }
}

/** The sender's remark on the solution, for colleagues. */
export function resolutionNoteIn(event: StoredEvent, personal: JsonObject): string | null {
  if (event.type !== 'ticket.resolved') return null;
  return (whole(event, personal) as Body<'ticket.resolved'>).resolution_note ?? null;
}

function whole(event: StoredEvent, personal: JsonObject): JsonObject {
  return joinPersonal(upcast(event.type, event.schemaVersion, event.data), personal);
}

function ofMessage({ message_id, sender, content }: MessageBody): Spoken {
  return { message_id, sender_name: nameOf(sender), ...partsOf(partsIn(content)) };
}

function ofOpening({ initial_message: said, customer, origin }: OpeningBody): Spoken | null {
  if (said === null || said === undefined) return null;
  const name = origin === 'agent' ? null : nameOf(customer ?? {});
  return { message_id: said.message_id ?? null, sender_name: name, ...partsOf([said as Part]) };
}

function partsIn(content: MessageBody['content']): readonly Part[] {
  if (content === null || content === undefined) return [];
  if (Array.isArray(content)) return content as readonly Part[];
  return [content as Part, ...((content.files ?? []) as readonly Part[])];
}

function partsOf(parts: readonly Part[]): Pick<Spoken, 'text' | 'files'> {
  const texts = parts.flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
  return { text: texts.length === 0 ? null : texts.join('\n'), files: parts.filter(isFile).map(fileOf) };
}

/** Where the URL was forgotten the size or the kind still tells that there was a file. */
function isFile({ content_type: kind, file_size: size, file_url: url }: Part): boolean {
  const isText = kind === null || kind === undefined || kind === 'text' || kind.startsWith('text/');
  return typeof url === 'string' || typeof size === 'number' || !isText;
}

function fileOf({ content_type = null, file_size = null, file_url = null }: Part): SpokenFile {
  return { content_type, file_size, file_url };
}

function nameOf({ first_name: first, last_name: last, username }: Name): string | null {
  const full = [first, last].filter((part) => typeof part === 'string' && part !== '').join(' ');
  return full === '' ? (username ?? null) : full;
}
