import fc from 'fast-check';
import { bodySchemas } from '../../../src/domain/events';
import { splitPersonal } from '../../../src/domain/personal';
import { type Reading } from '../../../src/ingress/dialects/dialect';
import { readWebhook } from '../../../src/ingress/dialects/read-webhook';
import { PROFILE_NAMES } from '../../../src/ingress/profiles';
import { ARRIVAL, sampleProfile, samples } from './samples';

const FROM = Date.UTC(2000, 0, 1);
const TO = Date.UTC(2100, 0, 1);

const object = fc.dictionary(fc.string(), fc.jsonValue());

/** What nobody would send, in place of what somebody did. */
const oddValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, '', 0, -1, 1.5, 2 ** 53, 1e300, true, [], {}, [null], '/', '9999-12-31T00:00:00Z'),
  fc.constantFrom(
    '1999-12-31T23:59:59Z',
    '2026-02-30T00:00:00Z',
    'a'.repeat(300),
    '__proto__',
    'constructor',
  ),
);

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

/** A sample with one to three of its values dropped, doubled under another name, or replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...samples),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('drop', 'rename', 'replace'), oddValue), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([{ profile, text }, changes]) => {
    const body = JSON.parse(text) as Record<string, unknown>;
    for (const [at, how, value] of changes) {
      const places = placesOf(body);
      const place = places[at % Math.max(1, places.length)];
      if (place === undefined) continue;
      const { holder, key } = place;
      if (how === 'rename') holder[`${key}_`] = holder[key];
      if (how === 'replace') holder[key] = structuredClone(value);
      else Reflect.deleteProperty(holder, key);
    }
    return { profile, body };
  });

function check(reading: Reading): void {
  switch (reading.kind) {
    case 'ping':
      return;
    case 'invalid':
      expect(reading.errors.length).toBeGreaterThan(0);
      return;
    case 'event': {
      expect(bodySchemas[reading.type].safeParse(reading.body).success).toBe(true);
      expect(() => splitPersonal(reading.type, reading.body)).not.toThrow();
      expect(reading.occurredAt >= FROM && reading.occurredAt < TO).toBe(true);
      expect(reading.dedupeKey).not.toBe('');
      expect(reading.sourceType).not.toBe('');
      const isTicketless = reading.type === 'unmapped' || reading.type === 'agent.status_changed';
      expect(reading.ticketId === null).toBe(isTicketless);
      return;
    }
    default:
      return reading satisfies never;
  }
}

describe('every dialect', () => {
  test.each(PROFILE_NAMES)('%s answers whatever JSON comes in', (name) => {
    const profile = sampleProfile(name);
    fc.assert(
      fc.property(object, (body) => check(readWebhook(profile, body, ARRIVAL))),
      { numRuns: 300 },
    );
  });

  test('answers what once was a sample, by the rules of an event when it calls it one', () => {
    fc.assert(
      fc.property(mutated, ({ profile, body }) => check(readWebhook(sampleProfile(profile), body, ARRIVAL))),
      { numRuns: 3000 },
    );
  });

  test.each(PROFILE_NAMES)('%s never changes what it reads', (name) => {
    fc.assert(
      fc.property(mutated, ({ body }) => {
        const before = structuredClone(body);
        readWebhook(sampleProfile(name), body, ARRIVAL);
        expect(body).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });
});
