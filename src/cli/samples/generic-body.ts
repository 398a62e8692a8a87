import { type FieldName } from '../../ingress/dialects/field-names';
import { readWebhook } from '../../ingress/dialects/read-webhook';
import { type FieldMap, type ReadingRules } from '../../ingress/dialects/reading-rules';
import { pointer } from '../../ingress/json/json-pointer';
import { PROFILES } from '../../ingress/profiles';
import { type Body, type Happening, TYPES } from './happening';

type Fields = Readonly<Partial<Record<FieldName, unknown>>>;

/** Where the generic reader looks even without a map. */
const KNOWN_PLACES: FieldMap = {
  event_type: ['/event_type'],
  event_id: ['/event_id'],
  timestamp: ['/timestamp'],
  ticket_id: ['/ticket_id'],
};

/** Written through the source's own map, the other way round; null where the map has no place for such a thing. */
export function genericBody(happening: Happening, rules: ReadingRules): Body | null {
  const body: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fieldsOf(happening, rules))) {
    const name = field as FieldName;
    const [place] = rules.fields[name] ?? KNOWN_PLACES[name] ?? [];
    if (place !== undefined) put(body, pointer(place), value);
  }
  const arrival = { receivedAt: happening.at, webhookId: null };
  const read = readWebhook({ ...PROFILES.generic, reading: rules }, body, arrival);
  return read.kind === 'event' && read.type === TYPES[happening.kind] ? body : null;
}

function fieldsOf(happening: Happening, rules: ReadingRules): Fields {
  const { ticket } = happening;
  const type = TYPES[happening.kind];
  return {
    event_type: ownName(rules.eventTypes, type),
    event_id: happening.id,
    timestamp: new Date(happening.at).toISOString(),
    ...(happening.kind === 'presence' ? {} : { ticket_id: ticket.id }),
    ...tellingOf(happening, rules),
  };
}

function tellingOf(happening: Happening, rules: ReadingRules): Fields {
  const { ticket } = happening;
  const status = (name: string): string => ownName(rules.statuses, name);
  switch (happening.kind) {
    case 'opened':
      return { customer_id: String(ticket.customerId), username: ticket.customerName, text: happening.text };
    case 'message':
      return {
        message_id: happening.messageId,
        text: happening.text,
        sender_type: ownName(rules.senders, happening.from),
        sender_id: happening.from === 'agent' ? ticket.agentId : ticket.customerId,
      };
    case 'status':
      return { previous_status: status(happening.from), new_status: status(happening.to) };
    case 'assigned':
      return { agent_id: ticket.agentId };
    case 'first_response':
      return { response_time: happening.seconds, agent_id: ticket.agentId };
    case 'resolved':
      return { resolution_time: happening.seconds, resolution_note: happening.note };
    case 'priority':
      return { priority: happening.priority };
    case 'escalated':
      return { metric: happening.metric };
    case 'presence':
      return { agent_id: ticket.agentId, new_status: happening.status };
  }
}

/** What the sender calls something that we call by this name. */
function ownName(names: Readonly<Record<string, string>>, ours: string): string {
  return Object.entries(names).find(([, meaning]) => meaning === ours)?.[0] ?? ours;
}

function put(body: Record<string, unknown>, steps: readonly string[], value: unknown): void {
  const [first, ...rest] = steps;
  if (first === undefined) return;
  if (rest.length === 0) {
    body[first] = value;
    return;
  }
  const held = body[first];
  const inner = typeof held === 'object' && held !== null ? (held as Record<string, unknown>) : {};
  body[first] = inner;
  put(inner, rest, value);
}
