import { type Verdict } from '../domain/verdict';

/** What the Kafka topics of the contract are called behind the prefix; the version changes when the contract breaks. */
export const topicKinds = ['ticket-events', 'ticket-rejections'] as const;
export type TopicKind = (typeof topicKinds)[number];

const CONTRACT_VERSION = 'v1';

export function topicName(prefix: string, kind: TopicKind): string {
  return `${prefix}${kind}.${CONTRACT_VERSION}`;
}

/** Null: an event of no ticket is on neither topic. The append chains `topic_prev` by the same rule. */
export function topicOf(verdict: Verdict | null): TopicKind | null {
  if (verdict === null) return null;
  return verdict === 'rejected' ? 'ticket-rejections' : 'ticket-events';
}
