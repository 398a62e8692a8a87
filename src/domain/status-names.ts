import { type CloseReason, closeReasons, type Status } from './lifecycle';

const statusByName: ReadonlyMap<string, Status> = new Map([
  ['open', 'open'],
  ['new', 'open'],
  ['waiting', 'open'],
  ['assigned', 'assigned'],
  ['in_progress', 'in_progress'],
  ['pending', 'pending'],
  ['on_hold', 'on_hold'],
  ['hold', 'on_hold'],
  ['resolved', 'resolved'],
  ['solved', 'resolved'],
  ['closed', 'closed'],
]);

const closeReasonByName: ReadonlyMap<string, CloseReason> = new Map(closeReasons.map((name) => [name, name]));

/** Senders disagree about case and about space, hyphen and underscore; none of that makes another name. */
function foldName(raw: string): string {
  return raw
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');
}

export function normaliseStatus(raw: string): Status | null {
  return statusByName.get(raw) ?? statusByName.get(foldName(raw)) ?? null;
}

/** A comparable name for any status, known or not. */
export function statusName(raw: string): string {
  return normaliseStatus(raw) ?? foldName(raw);
}

export function normaliseCloseReason(raw: string): CloseReason | null {
  return closeReasonByName.get(raw) ?? closeReasonByName.get(foldName(raw)) ?? null;
}
