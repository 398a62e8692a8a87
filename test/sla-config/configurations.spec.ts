import fc from 'fast-check';
import { bindingAt, calendarNamed } from '../../src/domain/sla/config';
import { type ConfigChange } from '../../src/sla/owner-config';
import { type ConfiguredTicket, SlaConfigurations } from '../../src/sla/sla-configurations';
import { type SlaVersion } from '../../src/sla/sla-version';
import { alwaysOpen, policyOf } from '../sla/support/setting';

interface Fields {
  readonly kind: string;
  readonly name: string;
}

/** Versions of the tenant acme, applied in this order: the first of each is valid from the beginning. */
function applied(...list: readonly Fields[]): SlaVersion[] {
  return list.map((fields, index) => {
    const before = list
      .slice(0, index)
      .filter(({ kind, name }) => kind === fields.kind && name === fields.name);
    const common = { id: index + 1, tenant: 'acme', version: before.length + 1, recordedAt: 0 };
    const version = { ...common, validFrom: null, reprocessedUntil: null, ...fields } as SlaVersion;
    return version.kind !== 'bot_answers' && before.length === 0 ? { ...version, validFrom: null } : version;
  });
}

const hoursOf = (name: string, more: object = {}) => ({
  kind: 'schedule',
  name,
  body: alwaysOpen,
  ...more,
});
const forTenant = (schedule: string, more: object = {}) => ({
  kind: 'tenant_policy',
  name: 'acme',
  body: { policy: policyOf(), schedule },
  ...more,
});
const forSource = (name: string, schedule: string, more: object = {}) => ({
  ...forTenant(schedule, more),
  kind: 'source_policy',
  name,
});
const bots = (name: string, body: boolean, validFrom: number | null) => ({
  kind: 'bot_answers',
  name,
  body,
  validFrom,
});

const ticket = (more: Partial<ConfiguredTicket> = {}): ConfiguredTicket => {
  return { tenant: 'acme', source: 'mail', createdAt: 0, settledAt: null, ...more };
};

describe('the configuration of a ticket', () => {
  it('is the policy of its source, else the one of its tenant, else none', () => {
    const all = new SlaConfigurations(
      applied(hoursOf('office'), hoursOf('night'), forTenant('office'), forSource('chat', 'night')),
    );
    const bound = (more: Partial<ConfiguredTicket>) => bindingAt(all.configFor(ticket(more)), 0)?.body;
    expect(bound({ source: 'chat' })).toMatchObject({ policyId: 'source/chat', scheduleId: 'acme/night' });
    expect(bound({ source: 'mail' })).toMatchObject({ policyId: 'tenant/acme', scheduleId: 'acme/office' });
    expect(bound({ tenant: 'other' })).toBeUndefined();
    expect(all.configFor(ticket({ tenant: 'other' })).revision).toBe(0);
    expect(all.revision).toBe(4);
  });

  it('is one object for many tickets, with calendars that all of its variants share', () => {
    const all = new SlaConfigurations(
      applied(hoursOf('office'), forTenant('office'), bots('mail', true, 100)),
    );
    const before = all.configFor(ticket({ createdAt: 1 }));
    const after = all.configFor(ticket({ createdAt: 101 }));
    expect(all.configFor(ticket({ createdAt: 2 }))).toBe(before);
    expect([before.botAnswers, after.botAnswers]).toEqual([false, true]);
    expect(calendarNamed(after, 'acme/office')).toBe(calendarNamed(before, 'acme/office'));
  });

  it('carries the revision of the last version that concerns the ticket', () => {
    const all = new SlaConfigurations(
      applied(
        hoursOf('office'),
        forTenant('office'),
        forTenant('office', { validFrom: 100 }),
        hoursOf('unused'),
      ),
    );
    expect(all.configFor(ticket()).revision).toBe(3);
    expect(all.configFor(ticket({ settledAt: 100 })).revision).toBe(3);
    expect(all.configFor(ticket({ settledAt: 99 })).revision).toBe(2);
  });
});

describe('what a revision changes', () => {
  it('is told with whose tickets, since when and why', () => {
    const all = new SlaConfigurations(
      applied(
        hoursOf('office'),
        forTenant('office'),
        hoursOf('night'),
        forSource('chat', 'night'),
        forTenant('night', { validFrom: 300 }),
        hoursOf('night', { validFrom: 200 }),
        hoursOf('office', { validFrom: 50, reprocessedUntil: 80 }),
      ),
    );
    const chat = { kind: 'source', source: 'chat' };
    const others = { kind: 'tenant', tenant: 'acme', exceptSources: ['chat'] };
    expect(all.changesSince(3)).toEqual([
      { revision: 4, tickets: chat, since: null, cause: 'policy_reapply' },
      { revision: 5, tickets: others, since: 300, cause: 'policy_reapply' },
      { revision: 6, tickets: chat, since: 200, cause: 'policy_reapply' },
      { revision: 6, tickets: others, since: 300, cause: 'policy_reapply' },
      { revision: 7, tickets: others, since: 50, cause: 'schedule_reprocess' },
    ]);
    expect(all.changesSince(7)).toEqual([]);
  });

  const names = fc.constantFrom('a', 'b');
  const instant = fc.option(fc.integer({ min: 0, max: 20 }));
  const anyVersion = fc.oneof(
    fc.tuple(names, instant).map(([name, validFrom]) => hoursOf(name, { validFrom })),
    fc.tuple(names, instant).map(([name, validFrom]) => forTenant(name, { validFrom })),
    fc
      .tuple(names, names, instant)
      .map(([source, name, validFrom]) => forSource(source, name, { validFrom })),
  );
  const anyTicket = fc.record({
    tenant: fc.constant('acme'),
    source: fc.constantFrom('a', 'b', 'c'),
    createdAt: fc.constant(0),
    settledAt: instant,
  });

  it('names every ticket whose revision moves', () => {
    fc.assert(
      fc.property(fc.array(anyVersion, { maxLength: 8 }), anyTicket, fc.nat(8), (list, one, cut) => {
        const versions = applied(hoursOf('a'), hoursOf('b'), ...list);
        const before = new SlaConfigurations(versions.slice(0, cut + 2));
        const after = new SlaConfigurations(versions);
        const isConcerned = after.changesSince(before.revision).some((change) => concerns(change, one));
        const moves = before.configFor(one).revision !== after.configFor(one).revision;
        expect(moves && !isConcerned).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  function concerns({ tickets, since }: ConfigChange, { source, settledAt }: ConfiguredTicket): boolean {
    const isOurs =
      tickets.kind === 'source' ? tickets.source === source : !tickets.exceptSources.includes(source);
    return isOurs && (settledAt === null || settledAt >= (since ?? -Infinity));
  }
});
