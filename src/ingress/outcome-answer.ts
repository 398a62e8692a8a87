import { allowedNext } from '../domain/lifecycle';
import { type Incoming } from '../ledger/incoming';
import { type Outcome, type Receipt } from '../ledger/outcome';
import { type Answer, type Answers } from './answer';

/** Rows 20, 21, 23 and 26: how the log's word on an event is told to its sender. Conflicts (row 22) are not told here. */
export function answerTo(
  outcome: Outcome,
  incoming: Incoming,
  answers: Answers,
  onInvalid: 'strict' | 'absorb',
): Answer {
  const isDuplicate = outcome.kind === 'duplicate';
  const receipt = outcome.kind === 'stored' ? outcome.receipt : outcome.first;
  const repeated = isDuplicate
    ? { duplicate_of: receipt.eventId, current_verdict: outcome.currentVerdict }
    : {};
  if (receipt.verdict === 'rejected' && onInvalid === 'strict') {
    const refused = answers.refusal('invalid_transition', transitionDetail(incoming, receipt), {
      members: { ...refusedTransition(incoming, receipt), ...repeated },
    });
    return { ...refused, eventId: receipt.eventId };
  }
  const isUnmapped = receipt.type === 'unmapped';
  const answer = answers.success(isDuplicate ? 'duplicate' : isUnmapped ? 'unmapped' : 'accepted', {
    verdict: receipt.verdict,
    ...(receipt.reason === null ? {} : { reason: receipt.reason }),
    event_id: receipt.eventId,
    position: printed(receipt),
    ...repeated,
  });
  return { ...answer, eventId: receipt.eventId };
}

function refusedTransition(incoming: Incoming, receipt: Receipt): Readonly<Record<string, unknown>> {
  return {
    event_id: receipt.eventId,
    position: printed(receipt),
    reason: receipt.reason,
    current_status: receipt.after?.status,
    claimed: {
      previous_status: incoming.data['previous_status'] ?? null,
      new_status: incoming.data['new_status'],
    },
    allowed_next: receipt.after === null ? [] : allowedNext(receipt.after.status, receipt.after.close_reason),
  };
}

function transitionDetail(incoming: Incoming, receipt: Receipt): string {
  const to = typeof incoming.data['new_status'] === 'string' ? incoming.data['new_status'] : incoming.type;
  const from = receipt.after?.status ?? 'unknown';
  if (receipt.reason === 'unknown_status')
    return `There is no status "${to}". The event is kept as evidence.`;
  return `A ticket that is ${from} can not become "${to}". The event is kept as evidence; nothing else changed.`;
}

function printed(receipt: Receipt): string {
  return `${receipt.lane}:${receipt.position}`;
}
