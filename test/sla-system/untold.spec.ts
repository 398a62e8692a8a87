import { type Incoming } from '../../src/ledger/incoming';
import { compareRows } from '../projections/support/oracle';
import { event, MINUTE, status } from '../support/events';
import { announced, told } from './support/announced';
import { apply, of, opening, policy, says } from './support/past';
import { promises } from './support/promises';

/** Before a deadline that lies ahead there is that long to say what leads to it. */
const AHEAD_MS = 5000;

function until(instant: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, instant - Date.now()) + 50));
}

/** So many minutes before an instant. */
function before(instant: number, minutes: number, incoming: Incoming): Incoming {
  return { ...incoming, occurredAt: instant - minutes * MINUTE, receivedAt: Date.now() };
}

function urgent(ticket: string): Incoming {
  return opening(ticket, 0, { priority: 'high' });
}

function priority(ticket: string, to: string): Incoming {
  return event('priority.changed', ticket, 0, { body: { priority: to } });
}

describe('what is due is told, and nothing stands in its way', () => {
  const on = promises();

  /** Rows at which the timers look each second. */
  async function untold(): Promise<readonly unknown[]> {
    const text = 'SELECT ticket_id FROM rm_1.ticket_metrics WHERE news_at <= now()';
    return (await on.db.query<Record<string, unknown>>({ text })).map(({ ticket_id }) => ticket_id);
  }

  it('the breach on its deadline, where another priority and the old one again led back to it', async () => {
    const { node, db } = on;
    const due = Date.now() + AHEAD_MS;
    await node.stored(before(due, 60, urgent('P-1')), before(due, 55, says('P-1', 0, 'agent', 'a1')));
    await node.live();
    const warned = [`sla.warned resolution ${new Date(due - 12 * MINUTE).toISOString()}`];
    expect(await told(db, 'P-1')).toEqual(warned);
    await node.stored(before(due, 3, priority('P-1', 'normal')), before(due, 2, priority('P-1', 'high')));
    await node.live();
    expect(await told(db, 'P-1')).toEqual(warned);
    expect(await untold()).toEqual([]);
    await until(due);
    await node.live();
    expect(await told(db, 'P-1')).toEqual([
      ...warned,
      `sla.breached resolution ${new Date(due).toISOString()}`,
    ]);
  });

  it('the breach that a late fact put off, though nobody looked until it was one again', async () => {
    const { node, db } = on;
    const due = Date.now() + AHEAD_MS;
    await node.stored(before(due, 120, urgent('P-2')), before(due, 115, says('P-2', 0, 'agent', 'a1')));
    await node.live();
    const early = new Date(due - 60 * MINUTE).toISOString();
    expect((await told(db, 'P-2'))[1]).toBe(`sla.breached resolution ${early}`);
    const pause = before(due, 110, status('P-2', 0, 'open', 'pending'));
    await node.stored(pause, before(due, 50, status('P-2', 0, 'pending', 'in_progress')));
    await node.project();
    await until(due);
    await node.live();
    await node.live();
    const [withdrawn, ...others] = (await announced(db, 'P-2')).slice(2);
    expect(withdrawn).toMatchObject({
      type: 'sla.breach_withdrawn',
      data: { breached_at: early, cause_event_id: pause.eventId },
    });
    expect(others.map(({ type, at: instant }) => [type, instant.getTime()])).toEqual([
      ['sla.warned', due - 12 * MINUTE],
      ['sla.breached', due],
    ]);
    expect(await untold()).toEqual([]);
  });

  it('the warning of a promise that was taken away before anybody looked', async () => {
    const { node, db } = on;
    await apply(db, { policy, tenant: 'delta' });
    const due = Date.now() + 10 * MINUTE;
    await node.stored(
      of('delta', before(due, 60, urgent('P-3'))),
      of('delta', before(due, 55, says('P-3', 0, 'agent', 'a1'))),
    );
    await apply(db, { policy: null, tenant: 'delta' });
    await node.live();
    expect(await told(db, 'P-3')).toEqual([
      `sla.warned resolution ${new Date(due - 12 * MINUTE).toISOString()}`,
    ]);
    expect(await untold()).toEqual([]);
  });

  it('and the tables are as a fold of the log makes them', async () => {
    for (const { stored, expected } of (await compareRows(on.db)).values()) expect(stored).toEqual(expected);
  });
});
