import { type Incoming } from '../../src/ledger/incoming';
import { IMPORTED } from '../../src/ledger/reading';
import { compareRows } from '../projections/support/oracle';
import { event, MINUTE } from '../support/events';
import { announced, told } from './support/announced';
import { apply, at, moves, of, opening, past, policy, says, START } from './support/past';
import { promises } from './support/promises';
import { SteppedNode } from './support/stepped-node';

function imported(incoming: Incoming): Incoming {
  return { ...incoming, flags: [...incoming.flags, IMPORTED] };
}

describe('what falls due', () => {
  const on = promises();

  it('is announced with its true instants, whenever that is, and once', async () => {
    const { node, db } = on;
    await node.stored(opening('T-1'));
    for (let second = 0; second < 3; second += 1) await node.live();
    expect(await told(db, 'T-1')).toEqual([
      `sla.warned first_response ${at(48)}`,
      `sla.breached first_response ${at(60)}`,
      `sla.warned resolution ${at(96)}`,
      `sla.breached resolution ${at(120)}`,
    ]);
    const [warned, breached] = await announced(db, 'T-1');
    expect(warned?.data).toMatchObject({ due_at: at(60), warn_percent: 80, target_seconds: 3600 });
    expect(breached?.data).toMatchObject({ due_at: at(60), breached_at: at(60), breach_cause: 'deadline' });
    const [row] = await db.query<Record<string, unknown>>({
      text: `SELECT warned_at IS NOT NULL AS warned, breached FROM rpt.sla_instance
             WHERE ticket_key = 'acme/T-1' AND metric = 'resolution'`,
    });
    expect(row).toEqual({ warned: true, breached: true });
  });

  it('is found from facts alone too, and nobody is warned of what is over', async () => {
    const { node, db } = on;
    await node.stored(opening('T-2'), says('T-2', 70, 'agent', 'a1'), moves('T-2', 75, 'open', 'resolved'));
    await node.live();
    expect(await told(db, 'T-2')).toEqual([`sla.breached first_response ${at(60)}`]);
  });

  it('counts from the change of priority that broke the promise', async () => {
    const { node, db } = on;
    await node.stored(
      opening('T-3', 0, { priority: 'normal' }),
      says('T-3', 10, 'agent', 'a1'),
      past(event('priority.changed', 'T-3', 90, { body: { priority: 'high' } })),
    );
    await node.live();
    expect(await told(db, 'T-3')).toEqual([
      `sla.warned resolution ${at(90)}`,
      `sla.breached resolution ${at(90)}`,
    ]);
    expect((await announced(db, 'T-3'))[1]?.data).toMatchObject({ breach_cause: 'retarget' });
  });

  it('is withdrawn when a late fact undoes it, and said again when another brings it back', async () => {
    const { node, db } = on;
    await node.stored(opening('T-4'), says('T-4', 10, 'agent', 'a1'));
    await node.live();
    const before = [`sla.warned resolution ${at(96)}`, `sla.breached resolution ${at(120)}`];
    expect(await told(db, 'T-4')).toEqual(before);

    const pause = moves('T-4', 30, 'open', 'pending');
    await node.stored(pause);
    await node.live();
    const [, , withdrawn] = await announced(db, 'T-4');
    expect(withdrawn).toMatchObject({
      type: 'sla.breach_withdrawn',
      data: { breached_at: at(120), cause_event_id: pause.eventId },
    });

    // The pause ends at 100: what is left of the target is over at 190.
    await node.stored(says('T-4', 100, 'customer', 'c1'), says('T-4', 101, 'agent', 'a2'));
    await node.stored(moves('T-4', 100.5, 'pending', 'in_progress'));
    await node.live();
    await node.live();
    expect((await told(db, 'T-4')).slice(3)).toEqual([
      `sla.warned resolution ${at(166)}`,
      `sla.breached resolution ${at(190)}`,
    ]);
  });

  it('is withdrawn when the promise itself turns out to be another one', async () => {
    const { node, db } = on;
    await node.stored(opening('T-5'), says('T-5', 10, 'agent', 'a1'), says('T-5', 30, 'customer', 'c2'));
    await node.live();
    const first = await announced(db, 'T-5');
    expect(first.map(({ data }) => data['metric'])).toEqual([
      'next_response',
      'next_response',
      'resolution',
      'resolution',
    ]);
    await node.stored(says('T-5', 20, 'customer', 'c1'));
    await node.live();
    const [withdrawn, ...others] = (await announced(db, 'T-5')).slice(4);
    expect(withdrawn).toMatchObject({
      type: 'sla.breach_withdrawn',
      data: { instance_id: first[1]?.data['instance_id'], breached_at: at(90) },
    });
    expect(others.map(({ type, at: instant }) => [type, instant.toISOString()])).toEqual([
      ['sla.warned', at(68)],
      ['sla.breached', at(80)],
    ]);
  });

  it('is not announced from what a projection that lags behind believes', async () => {
    const { node, db } = on;
    await node.stored(opening('T-6'));
    await node.project();
    await node.stored(says('T-6', 5, 'agent', 'a1'), moves('T-6', 6, 'open', 'resolved'));
    await node.tick();
    expect(await told(db, 'T-6')).toEqual([]);
    await node.live();
    await node.live();
    expect(await told(db, 'T-6')).toEqual([]);
  });

  it('is told once by two nodes that both believe to hold the lane', async () => {
    const { node, db, database } = on;
    const tickets = Array.from({ length: 20 }, (_, index) => `N-${index}`);
    await node.stored(...tickets.map((ticket) => opening(ticket)));
    await node.project();
    const other = await SteppedNode.open(database);
    await Promise.all([node.tick(), other.tick()]);
    await other.live();
    await other.close();
    for (const ticket of tickets) expect(await told(db, ticket)).toHaveLength(4);
  });
});

describe('what was past already when it came to be', () => {
  const on = promises();

  it('is not announced of imported history, but what falls due later is', async () => {
    const { node, db } = on;
    const soon = Math.floor((Date.now() - START) / MINUTE) - 30;
    await node.stored(imported(opening('I-1')), imported(opening('I-2', soon)));
    await node.live();
    expect(await told(db)).toEqual([]);
    const [row] = await db.query<Record<string, unknown>>({
      text: `SELECT count(*)::int AS broken FROM rpt.sla_instance WHERE ticket_key = 'acme/I-1' AND breached`,
    });
    expect(row).toEqual({ broken: 2 });
    const next = await db.query<Record<string, unknown>>({
      text: `SELECT ticket_id FROM rm_1.ticket_metrics WHERE news_at > now()`,
    });
    expect(next).toEqual([{ ticket_id: 'I-2' }]);
  });

  it('stays silent when something live happens to the ticket afterwards', async () => {
    const { node, db } = on;
    await node.stored(says('I-1', 200, 'agent', 'a1'));
    await node.live();
    expect(await told(db, 'I-1')).toEqual([]);
    await node.stored(says('I-1', 201, 'customer', 'c1'));
    await node.live();
    expect(await told(db, 'I-1')).toEqual([
      `sla.warned next_response ${at(249)}`,
      `sla.breached next_response ${at(261)}`,
    ]);
  });

  it('is announced where a live event made it, though history comes behind it', async () => {
    const { node, db } = on;
    await node.stored(opening('I-3'));
    await node.live();
    await node.stored(imported(says('I-3', 1, 'customer', 'c1')));
    await node.live();
    expect(await told(db, 'I-3')).toHaveLength(4);
  });

  it('is not announced of the tickets that a first policy meets', async () => {
    const { node, db } = on;
    await node.stored(of('beta', opening('F-1')), of('beta', says('F-1', 10, 'agent', 'a1')));
    await node.live();
    await apply(db, { policy, tenant: 'beta' });
    await node.live();
    const [row] = await db.query<Record<string, unknown>>({
      text: `SELECT breached FROM rpt.sla_instance WHERE ticket_key = 'beta/F-1' AND metric = 'resolution'`,
    });
    expect(row).toEqual({ breached: true });
    expect(await told(db, 'F-1')).toEqual([]);
    await node.stored(of('beta', says('F-1', 180, 'customer', 'c1')));
    await node.live();
    expect(await told(db, 'F-1')).toEqual([
      `sla.warned next_response ${at(228)}`,
      `sla.breached next_response ${at(240)}`,
    ]);
  });

  it('leaves the tables as a fold of the log makes them', async () => {
    for (const { stored, expected } of (await compareRows(on.db)).values()) expect(stored).toEqual(expected);
  });
});
