import { policySchema } from '../../src/domain/sla/policy';
import { appendVersion } from '../../src/sla/sla-version-store';
import { type GoldenEvent } from '../domain/support/golden';
import { listed, type SlaScenario } from '../sla/support/golden';
import { freshDatabase } from '../support/database';
import { GoldenDesk, tenantOf } from './support/golden-desk';
import { linesOf } from './support/golden-lines';
import { apply } from './support/past';
import { type Published, publishedFigures } from './support/published';

type Wanted = Readonly<Record<string, unknown>>;
type Life = Pick<SlaScenario, 'schedule' | 'policy' | 'bot_answers'> & {
  readonly events: readonly Readonly<Record<string, unknown>>[];
};

const business = { basis: 'business', pause_statuses: ['pending'], warn_percent: 80 };
const answer = { sender: 'agent', agent: 'A', private: false, message_id: 'm2' };
const always = { always: { always_open: true } } as const;

function moved(ts: string, previous: string, next: string): Readonly<Record<string, unknown>> {
  return { type: 'status.changed', ts, previous_status: previous, new_status: next };
}

describe('what goes on after the last event of a ticket is in the tables as explain has it', () => {
  const database = freshDatabase();
  let desk: GoldenDesk;

  beforeAll(async () => {
    desk = await GoldenDesk.open(database);
  });
  afterAll(() => desk.close());

  async function lived(id: string, life: Life, meanwhile?: () => Promise<void>): Promise<void> {
    const events = life.events.map((event, n) => ({ ...event, event_id: `${id}-${n}` }) as GoldenEvent);
    const scenario = { id, title: id, as_of: '', expect: {}, ...life, events };
    const tenant = tenantOf(scenario);
    await desk.prepare(scenario, [tenant]);
    await meanwhile?.();
    await desk.import(tenant, linesOf(events, id));
    await desk.projected();
  }

  /** As the tables have it and as explain does, of the same moment. */
  async function both(id: string): Promise<readonly [Published['figures'], Wanted]> {
    const { at, figures } = await publishedFigures(desk.db, `${id.toLowerCase()}/${id}`);
    const explained = await desk.explained(id.toLowerCase(), id, at);
    return [figures, explained.figures];
  }

  it('a promise that time alone broke is put down to the owner of that instant', async () => {
    await lived('OWNER', {
      schedule: 'ny_9_17',
      policy: { ...business, targets: { default: { first_response: 3600 } } },
      events: [
        { type: 'ticket.created', ts: '2026-03-06T21:00:00.000Z', origin: 'customer', message_id: 'm1' },
        { type: 'agent.assigned', ts: '2026-03-06T21:10:00.000Z', agent: 'A' },
        { type: 'agent.assigned', ts: '2026-03-07T15:00:00.000Z', agent: 'B' },
      ],
    });
    // Due when the desk closes on Friday, and missed when it opens on Monday.
    const broken = { breached_at: '2026-03-06T22:00:00.000Z', owner_at_breach: 'A' };
    for (const figures of await both('OWNER')) expect(figures['sla']).toMatchObject([broken]);
  });

  it.each([
    ['missed since: how much earlier it was', 28_800, -4800],
    ['that may still be kept: nothing yet', 300_000_000, null],
  ])('an escalation before a deadline %s', async (_name, resolution, lag) => {
    const id = `ESCALATED-${resolution}`;
    await lived(id, {
      schedule: 'always',
      policy: { basis: 'calendar', targets: { default: { resolution } } },
      events: [
        { type: 'ticket.created', ts: '2026-03-02T10:00:00.000Z', origin: 'customer', message_id: 'm1' },
        { type: 'message.received', ts: '2026-03-02T10:05:00.000Z', ...answer },
        { type: 'escalation.fired', ts: '2026-03-02T16:40:00.000Z', metric: 'resolution' },
      ],
    });
    for (const figures of await both(id)) expect(figures['vendor_escalation_lag_seconds']).toBe(lag);
  });

  it('an owner’s time on a clock is counted by the hours of the promise, not by those of the ticket', async () => {
    const tenant = 'hours';
    const policy = policySchema.parse({ ...business, targets: { default: { resolution: 28_800 } } });
    await lived(
      'HOURS',
      {
        schedule: 'ny_9_17',
        policy,
        events: [
          { type: 'ticket.created', ts: '2026-03-02T15:00:00.000Z', origin: 'customer', message_id: 'm1' },
          { type: 'agent.assigned', ts: '2026-03-02T15:05:00.000Z', agent: 'A' },
          moved('2026-03-02T16:00:00.000Z', 'open', 'resolved'),
          moved('2026-03-06T21:00:00.000Z', 'resolved', 'open'),
        ],
      },
      async () => {
        await apply(desk.db, { schedule: 'ny_9_17', policy, tenant, schedules: always });
        // As if it had been applied then: before the reopening.
        const validFrom = Date.parse('2026-03-05T12:00:00Z');
        const body = { policy, schedule: 'always' };
        const version = { kind: 'tenant_policy', tenant, name: tenant, version: 2, body, validFrom } as const;
        await desk.db.transaction((tx) => appendVersion(tx, { ...version, reprocessedUntil: null }));
      },
    );
    const [tables, explained] = await both('HOURS');
    expect(explained['sla']).toMatchObject([{}, { metric: 'resolution', schedule_id: 'hours/always' }]);
    const counted = explained['assignments'] as readonly Wanted[];
    expect(counted.at(-1)?.['resolution_elapsed_seconds']).toBeGreaterThan(100 * 24 * 3600);
    expect(listed(tables, { assignments: counted })).toEqual({ assignments: counted });
  });

  it('whose bot has answered waits for nobody, until the customer writes again', async () => {
    const events = [
      { type: 'ticket.created', ts: '2026-03-02T10:00:00.000Z', origin: 'customer', message_id: 'm1' },
      {
        type: 'message.received',
        ts: '2026-03-02T10:01:00.000Z',
        ...answer,
        sender: 'bot',
        agent: undefined,
      },
    ];
    const again = { ...events[1], ts: '2026-03-02T10:10:00.000Z', sender: 'customer', message_id: 'm3' };
    const life = { schedule: 'always', policy: null, bot_answers: true };
    for (const [id, told, since] of [
      ['BOT', events, null],
      ['BOT-AGAIN', [...events, again], again.ts],
    ] as const) {
      await lived(id, { ...life, events: told });
      for (const figures of await both(id)) expect(figures['open_turn_since']).toBe(since);
      const [queue] = await desk.db.query<Wanted>({
        text: 'SELECT customers_waiting AS n FROM rpt.queue WHERE tenant_id = $1',
        values: [id.toLowerCase()],
      });
      expect(queue).toEqual({ n: since === null ? 0 : 1 });
    }
  });
});
