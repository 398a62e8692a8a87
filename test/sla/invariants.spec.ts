import fc from 'fast-check';
import { type Fact } from '../../src/domain/fact';
import { foldTicket } from '../../src/domain/fold-ticket';
import { CALENDAR_TIME } from '../../src/domain/sla/calendar';
import { calendarNamed } from '../../src/domain/sla/config';
import { explain } from '../../src/domain/sla/explain';
import { foldSla, type SlaFold } from '../../src/domain/sla/fold-sla';
import { type SlaInstance } from '../../src/domain/sla/instance';
import { instanceId } from '../../src/domain/sla/instance-id';
import { type Measured } from '../../src/domain/sla/metrics';
import { segmentsOf } from '../../src/domain/sla/segments';
import { isAlwaysOpen } from '../../src/domain/sla/schedule';
import {
  assignmentIntervalRows,
  resolutionCycleRows,
  responseTurnRows,
  slaEventRows,
  slaInstanceRow,
  statusIntervalRows,
} from '../../src/domain/sla/sla-rows';
import { ticketMetricsRow } from '../../src/domain/sla/ticket-metrics-row';
import { ticketRow } from '../../src/domain/ticket-row';
import { cases, type Case } from './support/tickets';

const runs = { numRuns: 250 };

/** Every rule over the same kind of nasty tickets and calendars. */
function always(name: string, rule: (sla: SlaFold, at: Case) => void): void {
  it(
    name,
    () => {
      fc.assert(
        fc.property(cases, (at) => rule(fold(at), at)),
        runs,
      );
    },
    60_000,
  );
}

function fold({ facts, config, asOf }: Pick<Case, 'facts' | 'config' | 'asOf'>): SlaFold {
  return foldSla(foldTicket(facts), config, asOf);
}

describe('for any ticket, calendar and policy', () => {
  it('I1 every order of arrival gives the same figures, because included', () => {
    const shuffledCases = cases.chain((at) =>
      fc.shuffledSubarray([...at.facts], { minLength: at.facts.length }).map((order) => ({ at, order })),
    );
    fc.assert(
      fc.property(shuffledCases, ({ at, order }) => {
        expect(printed(order, at)).toBe(printed(at.facts, at));
      }),
      runs,
    );
  }, 60_000);

  always(
    'I2 what is stored at the last event, and its clocks run on, is what is computed later',
    (now, at) => {
      const stored = fold({ ...at, asOf: -Infinity });
      for (const instance of now.instances) {
        const held = stored.instances.find((one) => idOf(one) === idOf(instance));
        if (held === undefined) continue;
        expect(instance).toMatchObject({
          dueAt: held.dueAt,
          originalDueAt: held.originalDueAt,
          warnAt: held.warnAt,
        });
        if (held.removedAt !== null && held.removedAt <= now.now) continue;
        expect(instance.elapsed).toBe(
          held.elapsedAtAnchor + (held.stage === 'running' ? passed(held, at, now.now) : 0),
        );
        expect(instance.paused).toBe(
          held.pausedAtAnchor + (held.stage === 'paused' ? passed(held, at, now.now) : 0),
        );
        const breaksMeanwhile = held.breaksAt !== null && held.breaksAt <= now.now;
        expect(instance.breach !== null).toBe(held.breach !== null || breaksMeanwhile);
        if (breaksMeanwhile) expect(instance.breach?.at).toBe(held.dueAt);
        const warns = held.warnAt !== null && held.warnAt <= now.now;
        if (instance.stage === 'running')
          expect(instance.outcome === 'on_track').toBe(!warns && instance.breach === null);
      }
    },
  );

  always('I3 the courts make up the unresolved time, and that the cycles', ({ metrics, course, now }) => {
    const { unresolved, active, waiting, onHold, contested } = metrics;
    for (const kind of ['calendar', 'business'] as const) {
      if (unresolved[kind] === null) expect(active[kind]).toBeNull();
      else expect(total(active[kind], waiting[kind], onHold[kind])).toBe(unresolved[kind]);
    }
    if (active.calendar !== null && contested !== null)
      expect(contested).toBeLessThanOrEqual(active.calendar);
    const cycles = course.status.cycles.map(({ openedAt, doneAt }) => (doneAt ?? now) - openedAt);
    if (unresolved.calendar !== null) expect(unresolved.calendar).toBe(total(...cycles));
  });

  always('I3 what is printed adds up to the second', (sla) => {
    const row = ticketMetricsRow(sla);
    if (row.unresolved_seconds === null) return;
    const { active_seconds, waiting_on_customer_seconds, on_hold_seconds, unresolved_seconds } = row;
    expect(total(active_seconds, waiting_on_customer_seconds, on_hold_seconds)).toBe(unresolved_seconds);
  });

  always('I4 business time is calendar time round the clock, and never more', (sla, { place }) => {
    const { firstResponse, firstResolution, fullResolution, unresolved, active, waiting, onHold } =
      sla.metrics;
    for (const { calendar, business } of [
      firstResponse,
      firstResolution,
      fullResolution,
      unresolved,
      active,
      waiting,
      onHold,
    ] satisfies Measured[]) {
      expect(business === null).toBe(calendar === null);
      if (calendar === null || business === null) continue;
      expect(business).toBeGreaterThanOrEqual(0);
      expect(business).toBeLessThanOrEqual(calendar);
      if (isAlwaysOpen(place.schedule)) expect(business).toBe(calendar);
    }
  });

  always('I5 the segments of an instance make up its clock, without holes', ({ instances, config, now }) => {
    for (const instance of instances) {
      const segments = segmentsOf(instance, config);
      const of = (kind: string) => total(...segments.map((one) => (one.kind === kind ? one.counted : 0)));
      expect([of('run'), of('pause'), of('closed_hours')]).toEqual([instance.elapsed, instance.paused, 0]);
      let end = instance.startedAt;
      for (const { from, to, counted, kind } of segments) {
        expect(from).toBe(end);
        expect(to).toBeGreaterThan(from);
        expect(counted).toBe(kind === 'closed_hours' ? 0 : to - from);
        end = to;
      }
      if (segments.length > 0) expect(end).toBe(instance.stoppedAt ?? now);
    }
  });

  always(
    'I6 the owners’ shares make up the clocks of the solution',
    ({ assignments, instances, config, scheduleId }) => {
      const resolutions = instances.filter(({ metric }) => metric === 'resolution');
      const elapsed = total(...resolutions.map((one) => one.elapsed));
      expect(total(...assignments.map((one) => one.resolutionElapsed))).toBe(elapsed);
      const business = calendarNamed(config, scheduleId);
      const runs = resolutions.flatMap(({ spans }) => spans.filter(({ kind }) => kind === 'run'));
      expect(total(...assignments.map((one) => one.resolutionElapsedBusiness))).toBe(
        total(...runs.map(({ from, to }) => business.business(from, to))),
      );
    },
  );

  always('I6 the owners’ times make up the unresolved time', ({ assignments, metrics }) => {
    if (metrics.unresolved.calendar === null) return;
    expect(total(...assignments.map((one) => one.unresolved))).toBe(metrics.unresolved.calendar);
    expect(total(...assignments.map((one) => one.active))).toBe(metrics.active.calendar);
  });

  always('I7 a breach is where it happened, and what is met is within its target', (sla) => {
    for (const { breach, stage, stoppedAt, elapsed, target, outcome, startedAt } of sla.instances) {
      if (breach !== null) {
        expect(breach.at).toBeLessThanOrEqual(stoppedAt ?? sla.now);
        expect(breach.at).toBeGreaterThanOrEqual(startedAt);
        expect(elapsed).toBeGreaterThan(breach.target);
        expect(outcome).toBe(stage === 'completed' ? 'breached' : 'breaching');
      } else expect(elapsed).toBeLessThanOrEqual(target);
    }
  });

  always('I8 no more turns are answered than agents wrote', ({ course, metrics }) => {
    const answered = course.talk.turns.filter(({ answeredBy }) => answeredBy === 'agent');
    expect(answered.length).toBeLessThanOrEqual(metrics.talk.publicAgentMessages);
  });

  always('I9 each reopening begins a cycle', ({ metrics, course }) => {
    expect(metrics.reopens).toBe(metrics.cycles - 1);
    expect(course.status.cycles).toHaveLength(metrics.cycles);
  });

  always('I10 no duration is negative, and none begins before we know', (sla) => {
    const metrics = ticketMetricsRow(sla);
    const rows: object[] = [
      ...statusIntervalRows(sla),
      ...assignmentIntervalRows(sla),
      ...responseTurnRows(sla),
      ...resolutionCycleRows(sla),
      ...sla.instances.flatMap((one) => [slaInstanceRow(sla, one), ...slaEventRows(one)]),
    ];
    for (const row of [metrics, ...rows]) {
      for (const [name, value] of Object.entries(row) as [string, unknown][]) {
        if (!/seconds$/.test(name) || name.startsWith('vendor_') || value === null) continue;
        expect(value).toBeGreaterThanOrEqual(0);
      }
    }
    if (!sla.course.head.creation_inferred) return;
    expect(sla.instances).toEqual([]);
    for (const name of [
      'first_response',
      'first_assignment',
      'first_resolution',
      'full_resolution',
      'effective_resolution',
      'unresolved',
      'active',
      'unassigned',
    ]) {
      expect(metrics).toMatchObject({ [`${name}_seconds`]: null });
    }
  });

  always('I11 the status intervals tile the ticket’s life', ({ course: { status, head }, now }) => {
    let end = head.created_at;
    for (const { from, to } of status.spans) {
      expect(from).toBe(end);
      end = to ?? now;
      expect(end).toBeGreaterThanOrEqual(from);
    }
    expect(end).toBe(now);
    expect(status.spans.filter(({ to }) => to === null)).toHaveLength(1);
    expect(status.spans.at(-1)?.status).toBe(head.status);
  });

  always('I12 a refused event changes nothing that is measured', (sla, at) => {
    if (sla.course.head.creation_inferred) return;
    for (const { fact, judgement } of foldTicket(at.facts).steps) {
      if (judgement.verdict !== 'rejected') continue;
      const without = fold({ ...at, asOf: sla.now, facts: at.facts.filter((other) => other !== fact) });
      expect(measuredRows(without)).toEqual(measuredRows(sla));
    }
  });

  always('an instance is known by one id and by its number', ({ instances }) => {
    const names = instances.map(({ metric, no }) => `${metric} ${no}`);
    expect(new Set(names).size).toBe(names.length);
    for (const one of instances) expect(instanceId('t/1', one)).toMatch(/^[0-9a-f-]{36}$/);
  });

  always('the open turn is the one that waits, in the ticket’s own row as well', (sla, { facts, config }) => {
    const { talk } = sla.course;
    if (!config.botAnswers)
      expect(ticketRow(foldTicket(facts)).open_turn_since).toBe(talk.open?.since ?? null);
    expect(talk.turns.filter(({ outcome }) => outcome === 'waiting')).toEqual(
      talk.open === null ? [] : [talk.open],
    );
    talk.turns.forEach((turn, index) => {
      const next = talk.turns[index + 1];
      if (next !== undefined) expect(turn.endedAt).toBeLessThanOrEqual(next.since);
    });
  });
});

function printed(facts: readonly Fact[], { config, asOf }: Case): string {
  const ticket = foldTicket(facts);
  return JSON.stringify(
    explain(ticket, foldSla(ticket, config, asOf), { duplicatesByEventId: 0, restatedCount: 0 }),
  );
}

function measuredRows(sla: SlaFold) {
  return {
    metrics: ticketMetricsRow(sla),
    statuses: statusIntervalRows(sla),
    assignments: assignmentIntervalRows(sla),
    turns: responseTurnRows(sla),
    cycles: resolutionCycleRows(sla),
    instances: sla.instances.map((one) => [slaInstanceRow(sla, one), slaEventRows(one)]),
  };
}

function passed({ basis, scheduleId, anchorAt }: SlaInstance, { config }: Case, now: number): number {
  return (basis === 'business' ? calendarNamed(config, scheduleId) : CALENDAR_TIME).business(anchorAt, now);
}

function idOf({ metric, startedBy }: SlaInstance): string {
  return `${metric} ${startedBy.ref}`;
}

function total(...parts: readonly (number | null)[]): number {
  return parts.reduce<number>((sum, part) => sum + (part ?? NaN), 0);
}
