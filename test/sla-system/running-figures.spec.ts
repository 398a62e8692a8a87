import { type GoldenEvent } from '../domain/support/golden';
import { type SlaScenario } from '../sla/support/golden';
import { freshDatabase } from '../support/database';
import { GoldenDesk, tenantOf } from './support/golden-desk';
import { linesOf } from './support/golden-lines';
import { type Published, publishedFigures } from './support/published';

type Wanted = Readonly<Record<string, unknown>>;
type Life = Pick<SlaScenario, 'schedule' | 'policy' | 'bot_answers'> & {
  readonly events: readonly Readonly<Record<string, unknown>>[];
};

const business = { basis: 'business', pause_statuses: ['pending'], warn_percent: 80 };
const answer = { sender: 'agent', agent: 'A', private: false, message_id: 'm2' };

describe('what goes on after the last event of a ticket is in the tables as explain has it', () => {
  const database = freshDatabase();
  let desk: GoldenDesk;

  beforeAll(async () => {
    desk = await GoldenDesk.open(database);
  });
  afterAll(() => desk.close());

  async function lived(id: string, life: Life): Promise<void> {
    const events = life.events.map((event, n) => ({ ...event, event_id: `${id}-${n}` }) as GoldenEvent);
    const scenario = { id, title: id, as_of: '', expect: {}, ...life, events };
    const tenant = tenantOf(scenario);
    await desk.prepare(scenario, [tenant]);
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
});
