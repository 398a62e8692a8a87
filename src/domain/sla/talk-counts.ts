import { type Course } from './course';

export interface TalkCounts {
  readonly publicAgentMessages: number;
  readonly customerMessages: number;
  readonly privateNotes: number;
  /** Runs of public agent messages without the customer in between: three in a row are one reply. */
  readonly agentTurns: number;
  readonly agentsReplied: number;
}

/** The message of an opening is not counted: it asks or announces, and is never an answer. */
export function talkCountsOf({ talk }: Course): TalkCounts {
  let [publicAgentMessages, customerMessages, privateNotes, agentTurns] = [0, 0, 0, 0];
  let isAgentsTurn = false;
  const agents = new Set<string>();
  for (const { message } of talk.messages) {
    const { sender, isOpening, isPublic, agentId } = message;
    if (sender === 'customer' && isPublic) isAgentsTurn = false;
    if (isOpening) continue;
    if (!isPublic) privateNotes += 1;
    else if (sender === 'customer') customerMessages += 1;
    else if (sender === 'agent') {
      publicAgentMessages += 1;
      if (!isAgentsTurn) agentTurns += 1;
      isAgentsTurn = true;
      if (agentId !== null) agents.add(agentId);
    }
  }
  return {
    publicAgentMessages,
    customerMessages,
    privateNotes,
    agentTurns,
    agentsReplied: agents.size,
  };
}
