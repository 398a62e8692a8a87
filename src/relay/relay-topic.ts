/**
 * The Kafka topics of the contract. Rejected events are on the second, all others of a ticket on the first; events of no
 * ticket are on neither. The append chains `topic_prev` by the same rule.
 */
export const topicKinds = ['ticket-events', 'ticket-rejections'] as const;
export type TopicKind = (typeof topicKinds)[number];

/** Changes when the contract breaks; then both versions are published until consumers have moved. */
const CONTRACT_VERSION = 'v1';

export function topicName(prefix: string, kind: TopicKind): string {
  return `${prefix}${kind}.${CONTRACT_VERSION}`;
}
