import { type Decision } from './decide';
import { type Fact, isOpening } from './fact';
import { isDone, type Status } from './lifecycle';
import { type OrderKey } from './order';
import { type TicketHead } from './ticket-head';
import { type Judgement } from './verdict';

/** One passage of the status table; all passages of a step happen at the step's instant. */
export interface Move {
  /** Null: the ticket begins. */
  readonly from: Status | null;
  readonly to: Status;
  /** No event says so: the creation was never seen, or the step was lost and the next event told of it. */
  readonly inferred: boolean;
}

export interface Change<T> {
  readonly from: T;
  readonly to: T;
}

export interface StepMessage {
  readonly id: string | null;
  readonly sender: 'customer' | 'agent' | 'bot' | 'system';
  readonly agentId: string | null;
  readonly isPublic: boolean;
  /** Came inside an opening: it is no reply and is not counted among the messages. */
  readonly isOpening: boolean;
}

/** One event in its place in the ticket's truth, and all that it changed there. */
export interface Step {
  readonly fact: Fact;
  /** When it counts as happened: never before the creation. */
  readonly at: number;
  readonly key: OrderKey;
  readonly judgement: Judgement;
  /** The first step's first move begins the ticket. */
  readonly moves: readonly Move[];
  readonly closeReason: Change<TicketHead['close_reason']> | null;
  readonly owner: Change<string | null> | null;
  readonly priority: Change<string | null> | null;
  /** Null for what is no message, and for a message that was seen before. */
  readonly message: StepMessage | null;
  /** The ticket after the step. */
  readonly head: TicketHead;
}

export function startsCycle(move: Move): boolean {
  return (move.from === null || isDone(move.from)) && !isDone(move.to);
}

export function endsCycle(move: Move): boolean {
  return (move.from === null || !isDone(move.from)) && isDone(move.to);
}

/** `from` is null for the creation. */
export function movesOf(from: Status | null, fact: Fact, decision: Decision): readonly Move[] {
  const { via, to } = decision;
  if (to === null || to === from) return [];
  if (via === null) return [{ from, to, inferred: false }];
  const lost = fact.type === 'status.changed';
  return [
    { from, to: via, inferred: lost },
    { from: via, to, inferred: false },
  ];
}

export function changeOf<T>(from: T, to: T): Change<T> | null {
  return from === to ? null : { from, to };
}

export function messageOf(fact: Fact): StepMessage | null {
  if (fact.type === 'message.received') {
    const { message_id: id, sender, is_private: isPrivate } = fact.data;
    const agentId = sender.agent_id ?? null;
    return { id, sender: sender.type, agentId, isPublic: isPrivate !== true, isOpening: false };
  }
  if (!isOpening(fact) || (fact.data.initial_message ?? null) === null) return null;
  return {
    id: fact.data.initial_message?.message_id ?? null,
    sender: fact.data.origin ?? 'customer',
    agentId: fact.data.agent_id ?? null,
    isPublic: true,
    isOpening: true,
  };
}
