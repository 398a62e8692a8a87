import { randomUUID } from 'node:crypto';
import { type PublishedRecord } from '../../relay/support/topic-reader';

export const LOG = randomUUID();

export type Told = Partial<Pick<PublishedRecord, 'value' | 'partition'>> & {
  readonly headers?: Readonly<Record<string, string>>;
};

/** Record n of a partition of our own making; the ticket's version is given, as only the relay knows it otherwise. */
export function record(position: number, ticket: string, version: number, told: Told = {}): PublishedRecord {
  const type = 'casetrail.priority.changed.v1';
  const after = { status: 'open', close_reason: null, assignee: null, cycle_no: 1 };
  const value = { specversion: '1.0', id: `${ticket}-${version}`, type, subject: ticket, after };
  return {
    partition: 0,
    offset: position - 1,
    key: ticket,
    value: JSON.stringify({ ...value, ticketversion: version, data: { priority: String(version) } }),
    timestamp: Date.now(),
    ...told,
    headers: {
      ce_type: type,
      ce_position: String(position),
      ce_prevposition: String(position - 1),
      ce_ticketversion: String(version),
      ce_logid: LOG,
      ...told.headers,
    },
  };
}

export const replay = { headers: { replay: 'true' } } as const;
