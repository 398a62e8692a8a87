import { type Fact } from '../../domain/fact';
import { type Status } from '../../domain/lifecycle';
import { type Step } from '../../domain/step';
import { type TimelineItem } from './timeline-item';

/** A status as one would say it to the customer: who has it, and why it rests, is nobody's business outside. */
export const customerStatuses = ['received', 'in_progress', 'waiting_for_you', 'solved', 'closed'] as const;
export type CustomerStatus = (typeof customerStatuses)[number];

const WORDS: Readonly<Record<Status, CustomerStatus>> = {
  open: 'received',
  assigned: 'in_progress',
  in_progress: 'in_progress',
  pending: 'waiting_for_you',
  on_hold: 'in_progress',
  resolved: 'solved',
  closed: 'closed',
};

export const customerTypes = ['opened', 'reopened', 'message', 'message_edited', 'status'] as const;

/** What the customer may see of an item. */
export interface CustomerItem extends TimelineItem {
  readonly shown: (typeof customerTypes)[number];
  readonly speaks: boolean;
  /** Null where it is what it was. */
  readonly status: CustomerStatus | null;
}

/**
 * The customer's side of a ticket: openings, public messages and the status in simple words. Shown is only what is known
 * to be meant for the customer; all else (notes, assignments, rules, escalations, refused claims, announcements) is not.
 */
export function customerItems(items: readonly TimelineItem[]): CustomerItem[] {
  const secret = privateMessages(items);
  const read = new Set<string>();
  let told: CustomerStatus | null = null;
  const shown: CustomerItem[] = [];
  for (const item of items) {
    const { step } = item;
    if (step === null || step.judgement.verdict === 'rejected') continue;
    const word = WORDS[step.head.status];
    const status = word === told ? null : word;
    const speaks = isMeantForCustomer(step, secret, read);
    told = word;
    const type = typeOf(step, speaks, status);
    if (type !== null) shown.push({ ...item, shown: type, speaks, status });
  }
  return shown;
}

/** Once called private a message stays it, whatever a copy or an edit of it says. */
function privateMessages(items: readonly TimelineItem[]): ReadonlySet<string> {
  const secret = new Set<string>();
  for (const { step } of items) {
    const said = step === null ? null : messageBodyOf(step.fact);
    if (said?.is_private === true) secret.add(said.message_id);
  }
  return secret;
}

function messageBodyOf(fact: Fact) {
  return fact.type === 'message.received' || fact.type === 'message.edited' ? fact.data : null;
}

/** Remembers in `read` which messages the customer has seen: only of these an edit is shown. */
function isMeantForCustomer(step: Step, secret: ReadonlySet<string>, read: Set<string>): boolean {
  const { fact, message } = step;
  if (fact.type === 'message.edited') return read.has(fact.data.message_id);
  if (message === null || !message.isPublic || message.sender === 'system') return false;
  if (message.id === null) return true;
  if (secret.has(message.id)) return false;
  read.add(message.id);
  return true;
}

function typeOf(step: Step, speaks: boolean, status: CustomerStatus | null): CustomerItem['shown'] | null {
  const { type, verdict } = step.judgement;
  if (verdict !== 'noop' && type === 'ticket.created') return 'opened';
  if (verdict !== 'noop' && type === 'ticket.reopened') return 'reopened';
  if (speaks) return type === 'message.edited' ? 'message_edited' : 'message';
  return status === null ? null : 'status';
}
