import { type z } from 'zod';
import { type Incoming } from '../../../src/ledger/incoming';
import { type Database } from '../../../src/platform/postgres/database';
import { ApplySla, ApplySlaHandler } from '../../../src/sla/apply-sla';
import { slaFile } from '../../../src/sla/sla-file';
import { created, event, MINUTE, status, T0 } from '../../support/events';

const HOUR = 60 * MINUTE;
/** Five hours ago, on the minute: events and expectations name instants by the minutes behind it. */
export const START = Math.floor(Date.now() / MINUTE) * MINUTE - 5 * HOUR;

export function at(minute: number): string {
  return new Date(START + minute * MINUTE).toISOString();
}

/** An event of the past that arrives now: its sender was cut off meanwhile. */
export function past(incoming: Incoming): Incoming {
  return { ...incoming, occurredAt: incoming.occurredAt - T0 + START, receivedAt: Date.now() };
}

export function opening(ticket: string, minute = 0, body: object = {}): Incoming {
  return past(created(ticket, minute, { body: { origin: 'customer', initial_message: {}, ...body } }));
}

export function says(ticket: string, minute: number, sender: 'customer' | 'agent', id: string): Incoming {
  const who = sender === 'agent' ? { type: sender, agent_id: 'A1' } : { type: sender };
  return past(event('message.received', ticket, minute, { body: { message_id: id, sender: who } }));
}

export function moves(ticket: string, minute: number, from: string, to: string): Incoming {
  return past(status(ticket, minute, from, to));
}

/** Of another tenant, by a source of its name. */
export function of(tenant: string, incoming: Incoming): Incoming {
  return { ...incoming, tenant, partitionKey: `${tenant}/${String(incoming.ticketId)}`, source: tenant };
}

export const policy = {
  basis: 'calendar' as const,
  targets: {
    default: { first_response: 3600, next_response: 3600, resolution: 2 * 3600 },
    high: { first_response: 1800, next_response: 3600, resolution: 3600 },
  },
};

/** Round the clock, unless the file says otherwise. */
export async function apply(db: Database, file: Partial<z.input<typeof slaFile>>): Promise<void> {
  const always = { schedules: { always: { always_open: true } }, schedule: 'always' };
  const parsed = slaFile.parse({ ...always, ...file });
  await new ApplySlaHandler(db).execute(new ApplySla(parsed, { actor: 'test', tenant: null }));
}
