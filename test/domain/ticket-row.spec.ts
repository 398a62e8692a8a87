import { type Fact } from '../../src/domain/fact';
import { foldTicket } from '../../src/domain/fold-ticket';
import { type TicketRow, ticketRow } from '../../src/domain/ticket-row';
import { at, closed, created, says, START, status } from './support/story';

const rowOf = (...facts: readonly Fact[]): TicketRow => ticketRow(foldTicket(facts));
const minutesIn = (instant: number | null): number | null =>
  instant === null ? null : (instant - START) / 60_000;
const waitingSince = (...facts: readonly Fact[]): number | null => minutesIn(rowOf(...facts).open_turn_since);

describe('the row of a ticket', () => {
  it('counts the wait of a customer from the oldest message that nobody answered', () => {
    expect(waitingSince(created(0))).toBe(0);
    expect(waitingSince(created(0), says(5, 'customer', 'm2'))).toBe(0);
    expect(waitingSince(created(0), says(5, 'agent', 'm2'))).toBeNull();
    expect(
      waitingSince(created(0), says(5, 'agent', 'm2'), says(7, 'customer', 'm3'), says(8, 'customer', 'm4')),
    ).toBe(7);
  });

  it('takes neither bot, system nor private note for an answer', () => {
    const note = says(3, 'agent', 'm4', { private: true });
    expect(waitingSince(created(0), says(1, 'bot', 'm2'), says(2, 'system', 'm3'), note)).toBe(0);
  });

  it('lets nobody wait on a ticket that an agent opened, or whose creation was never seen', () => {
    expect(waitingSince(created(0, { origin: 'agent', initial_message: { message_id: 'm1' } }))).toBeNull();
    expect(waitingSince(status(0, 'open', 'pending'))).toBeNull();
    expect(waitingSince(status(0, 'open', 'pending'), says(1, 'customer', 'm2'))).toBe(1);
  });

  it('ends the wait when the ticket is done, and a goodbye starts none', () => {
    expect(waitingSince(created(0), status(5, 'open', 'resolved'), says(6, 'customer', 'm2'))).toBeNull();
  });

  it('starts the wait at the reopening when the customer had the last word', () => {
    const story = [created(0), says(1, 'agent', 'm2'), status(5, 'open', 'resolved')];
    expect(waitingSince(...story, says(6, 'customer', 'm3'), status(9, 'resolved', 'open'))).toBe(9);
    expect(
      waitingSince(...story, says(6, 'customer', 'm3'), says(7, 'system', 'm4'), status(9, null, 'open')),
    ).toBe(9);
    expect(waitingSince(...story, status(9, 'resolved', 'open'))).toBeNull();
  });

  it('is complete when nothing had to be guessed and the sender agrees', () => {
    expect(rowOf(created(0), status(1, 'open', 'pending')).is_complete).toBe(true);
    expect(rowOf(status(1, 'open', 'pending')).is_complete).toBe(false);
    expect(rowOf(created(0), status(1, 'open', 'archived')).is_complete).toBe(false);
    expect(rowOf(created(0, { status: 'pending' })).is_complete).toBe(false);
  });

  it('shows the flags that tell how far its figures can be trusted, and no others', () => {
    const row = rowOf(
      created(5),
      status(1, 'open', 'pending', { flags: ['late', 'stale'] }),
      says(6, 'customer', 'm2', { flags: ['future_clock'] }),
    );
    expect(row.quality_flags).toEqual(['before_creation', 'future_clock']);
    expect(minutesIn(row.created_at)).toBe(5);
    expect(minutesIn(row.last_event_at)).toBe(6);
  });

  it('says what the ticket is and where it came from', () => {
    const row = rowOf(
      created(0, { customer: { telegram_user_id: '77' }, channel: { type: 'bot_form' }, priority: 'normal' }),
      at(1, 'priority.changed', { priority: 'high' }),
      at(2, 'agent.assigned', { agent_id: 'A1', group_id: 'G1' }),
      closed(3, 'spam'),
    );
    expect(row).toMatchObject({
      source: 'acme',
      origin: 'customer',
      customer_id: '77',
      channel_type: 'bot_form',
      priority: 'high',
      assignee_id: 'A1',
      team_id: 'G1',
      status: 'closed',
      status_category: 'done',
      close_reason: 'spam',
      excluded_from_metrics: true,
    });
  });
});
