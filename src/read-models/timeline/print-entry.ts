import { type Fact } from '../../domain/fact';
import { type JsonObject } from '../../domain/personal';
import { type Step } from '../../domain/step';
import { isOwn, type StoredEvent } from '../../ledger/reading';
import { type CustomerItem } from './customer-view';
import { resolutionNoteIn, spokenIn } from './spoken';
import { type CustomerEntry, type InternalEntry } from './timeline-entry';
import { type TimelineItem } from './timeline-item';

export function printInternal(
  { key, event, step }: TimelineItem,
  isPublic: boolean,
  personal: JsonObject,
): InternalEntry {
  return {
    at: utc(key[0]),
    received_at: utc(event.receivedAt),
    type: step?.judgement.type ?? event.type,
    origin: isOwn(event) ? 'casetrail' : 'sender',
    source: event.source,
    verdict: step?.judgement.verdict ?? 'accepted',
    verdict_at_arrival: event.verdict,
    reason: step?.judgement.reason ?? null,
    visibility: isPublic ? 'public' : 'internal',
    actor: step === null ? { kind: 'casetrail', agent_id: null } : actorOf(step.fact),
    status: step === null ? null : statusOf(step),
    assignee: step?.owner ?? null,
    priority: step?.priority ?? null,
    message: isOwn(event) ? null : copyOf(spokenIn(event, personal)),
    resolution_note: resolutionNoteIn(event, personal),
    announcement: step === null ? announcementOf(event) : null,
    event_id: event.eventId,
    position: `${event.lane}:${event.position}`,
  };
}

export function printCustomer(item: CustomerItem, personal: JsonObject): CustomerEntry {
  const { key, event, step, shown, speaks, status } = item;
  const spoken = speaks ? spokenIn(event, personal) : null;
  const sender = speaks && step !== null ? senderOf(step.fact) : null;
  return {
    at: utc(key[0]),
    type: shown,
    sender:
      sender === null
        ? null
        : { kind: sender, name: sender === 'customer' ? (spoken?.sender_name ?? null) : null },
    text: spoken?.text ?? null,
    files: (spoken?.files ?? []).map(({ content_type, file_size }) => ({ content_type, file_size })),
    status,
    event_id: event.eventId,
  };
}

function senderOf(fact: Fact): 'customer' | 'support' | 'bot' | null {
  const kind = actorOf(fact)?.kind;
  if (kind === 'agent') return 'support';
  return kind === 'customer' || kind === 'bot' ? kind : null;
}

type Actor = InternalEntry['actor'];

function actorOf(fact: Fact): Actor {
  switch (fact.type) {
    case 'message.received':
    case 'message.edited':
      return { kind: fact.data.sender.type, agent_id: fact.data.sender.agent_id ?? null };
    case 'ticket.created':
    case 'ticket.reopened':
      return fact.data.origin === 'agent' ? agent(fact.data.agent_id) : { kind: 'customer', agent_id: null };
    case 'status.changed': {
      const { changed_by: by, agent_id: named } = fact.data;
      const id = by?.agent_id ?? named ?? null;
      if (by?.rule !== null && by?.rule !== undefined) return { kind: 'rule', agent_id: id };
      return id === null ? null : agent(id);
    }
    case 'ticket.resolved':
    case 'first_response.sent': {
      const id = fact.data.agent_id ?? null;
      return id === null ? null : agent(id);
    }
    // Who gave the ticket to whom, and who set its priority, no sender says.
    case 'agent.assigned':
    case 'priority.changed':
    case 'escalation.fired':
      return null;
  }
}

function agent(id: string | null | undefined): Actor {
  return { kind: 'agent', agent_id: id ?? null };
}

function statusOf({ moves, closeReason, head }: Step): InternalEntry['status'] {
  const [first] = moves;
  const last = moves.at(-1);
  if (first !== undefined && last !== undefined) {
    return { from: first.from, to: last.to, close_reason: head.close_reason };
  }
  // Closed again for another reason.
  return closeReason === null
    ? null
    : { from: head.status, to: head.status, close_reason: head.close_reason };
}

/** The original that an announcement carries has an entry of its own. */
function announcementOf({ data }: StoredEvent): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'original'));
}

function copyOf(spoken: ReturnType<typeof spokenIn>): InternalEntry['message'] {
  return spoken === null ? null : { ...spoken, files: [...spoken.files] };
}

function utc(ms: number): string {
  return new Date(ms).toISOString();
}
