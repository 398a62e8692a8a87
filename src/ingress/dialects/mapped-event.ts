import { type Pointer, without as withoutPointers } from '../json/json-pointer';
import { PLACES } from './body-places';
import { type Canonical, canonicalEvent, ownName } from './canonical-event';
import { type Body, type InvalidBody } from './dialect';
import { type SendableType } from './event-names';
import { type FieldName } from './field-names';
import { type FieldTable, firstName, lookUp } from './field-lookup';
import { type ReadingRules, type SenderType } from './reading-rules';

/** What senders call those who write messages. */
const SENDERS: Readonly<Record<string, SenderType>> = {
  customer: 'customer',
  user: 'customer',
  client: 'customer',
  visitor: 'customer',
  contact: 'customer',
  agent: 'agent',
  operator: 'agent',
  staff: 'agent',
  bot: 'bot',
  robot: 'bot',
  system: 'system',
  automation: 'system',
};

export interface MappingTask {
  readonly type: SendableType;
  readonly body: Body;
  readonly table: FieldTable;
  readonly rules: ReadingRules;
  /** Places already read, for the envelope: neither body nor unknown. */
  readonly taken: readonly Pointer[];
  /** Adds what the dialect concludes where the sender says nothing. */
  readonly complete: (type: SendableType, draft: Body) => Body;
  readonly pathOf: (path: string) => string;
}

/** Brings fields from wherever a sender puts them to the shape all dialects share. What no rule takes is unknown. */
export function mappedEvent(task: MappingTask): Canonical | InvalidBody {
  const { type, body, table, rules } = task;
  const mapping = new Mapping(body, table);
  for (const [field, place] of Object.entries(PLACES[type])) mapping.put(field as FieldName, place);
  if (type === 'message.received' || type === 'message.edited') putSender(mapping, rules);
  const unknown = withoutPointers(body, [...task.taken, ...mapping.taken]);
  const draft = task.complete(type, mapping.draft);
  const pathOf = (path: string): string => task.pathOf(mapping.sentName(path, type));
  return canonicalEvent(type, draft, rules, pathOf, unknown);
}

/** The sender's id and name mean an agent or a customer; those of other kinds mean nobody and stay unknown. */
function putSender(mapping: Mapping, rules: ReadingRules): void {
  const given = mapping.draft['sender'];
  const sender: Body = typeof given === 'object' && given !== null ? (given as Body) : {};
  const { type } = sender;
  const kind =
    typeof type === 'string' ? (ownName(rules.senders, type) ?? ownName(SENDERS, type) ?? type) : type;
  mapping.draft['sender'] = { ...sender, type: kind };
  if (kind === 'agent') {
    mapping.put('agent_id', 'sender.agent_id');
    mapping.put('sender_id', 'sender.agent_id');
  } else if (kind === 'customer') {
    mapping.put('sender_id', 'sender.telegram_user_id');
    mapping.put('user_id', 'sender.telegram_user_id');
    for (const name of ['username', 'first_name', 'last_name'] as const) mapping.put(name, `sender.${name}`);
  }
}

class Mapping {
  readonly draft: Record<string, unknown> = {};
  readonly taken: Pointer[] = [];
  readonly #sentNames = new Map<string, string>();

  constructor(
    private readonly body: Body,
    private readonly table: FieldTable,
  ) {}

  /** Nothing is put over what is there: the first to say something is the most specific. */
  put(field: FieldName, place: string): void {
    const found = lookUp(this.table, this.body, field);
    if (found === null) return;
    const [holder = '', member] = place.split('.');
    if (member === undefined) {
      if (isSaid(this.draft[holder])) return;
      this.draft[holder] = found.value;
    } else {
      const own: unknown = this.draft[holder] ?? {};
      if (typeof own !== 'object' || own === null || Array.isArray(own)) return;
      if (isSaid((own as Body)[member])) return;
      this.draft[holder] = { ...own, [member]: found.value };
    }
    this.taken.push(found.pointer);
    this.#sentNames.set(place, found.pointer.join('.'));
  }

  /** What the sender calls the place of a body, or would have to call it. */
  sentName(path: string, type: SendableType): string {
    const steps = path.split('.');
    for (let length = steps.length; length > 0; length--) {
      const sent = this.#sentNames.get(steps.slice(0, length).join('.'));
      if (sent !== undefined) return [sent, ...steps.slice(length)].join('.');
    }
    const field = Object.entries(PLACES[type]).find(([, place]) => place === path)?.[0];
    return field === undefined ? path : firstName(this.table, field as FieldName);
  }
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}
