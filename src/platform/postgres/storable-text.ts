/** PostgreSQL's text and jsonb hold neither NUL nor half of a surrogate pair; both may stand in what a sender wrote. */
export function storableText(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\\0')).toString();
}
