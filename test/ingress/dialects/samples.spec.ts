import { readFileSync, writeFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalJson, type Json } from '../../../src/kernel/canonical-json';
import { bodySchemas } from '../../../src/domain/events';
import { type Reading } from '../../../src/ingress/dialects/dialect';
import { SENDABLE_TYPES } from '../../../src/ingress/dialects/event-names';
import { readWebhook } from '../../../src/ingress/dialects/read-webhook';
import { PROFILE_NAMES } from '../../../src/ingress/profiles';
import { ARRIVAL, sampleProfile, samples } from './samples';

/** With UPDATE_GOLDEN=1 the files are written anew; whoever does that reads the difference. */
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

function goldenFile(profile: string, name: string): string {
  return join(__dirname, 'golden', profile, `${name}.json`);
}

function readable(reading: Reading): unknown {
  if (reading.kind !== 'event') return reading;
  const { occurredAt, claimedAt } = reading;
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  // The content is the sample itself.
  return { ...reading, content: undefined, occurredAt: iso(occurredAt), claimedAt: iso(claimedAt) };
}

const named = samples.map((sample) => [`${sample.profile}/${sample.name}`, sample] as const);

describe('the samples', () => {
  test.each(named)('%s reads as its golden file says', (_name, { profile, name, body }) => {
    const read = readable(readWebhook(sampleProfile(profile), body, ARRIVAL));
    const file = goldenFile(profile, name);
    if (UPDATE) {
      if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(read, null, 2)}\n`);
    }
    expect(read).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  test.each(named)('%s gives a body that the domain can store', (_name, { profile, body }) => {
    const reading = readWebhook(sampleProfile(profile), body, ARRIVAL);
    if (reading.kind === 'ping') return;
    if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.errors));
    const stored = bodySchemas[reading.type].parse(reading.body);
    expect(canonicalJson(stored as Json)).toBe(canonicalJson(reading.body as Json));
  });

  test.each(named)('%s says the same when it is delivered again later', (_name, { profile, text }) => {
    const again = { ...ARRIVAL, receivedAt: ARRIVAL.receivedAt + 3_600_000 };
    const first = readWebhook(sampleProfile(profile), parsed(text), ARRIVAL);
    const second = readWebhook(sampleProfile(profile), parsed(text), again);
    if (first.kind !== 'event' || second.kind !== 'event') return;
    expect(second.dedupeKey).toBe(first.dedupeKey);
    expect(second.content).toEqual(first.content);
  });

  test('no two of a profile are taken for one event', () => {
    for (const profile of PROFILE_NAMES.filter((name) => name !== 'standard-webhooks')) {
      const keys = samples
        .filter((sample) => sample.profile === profile)
        .map(({ body }) => readWebhook(sampleProfile(profile), body, ARRIVAL))
        .flatMap((reading) => (reading.kind === 'event' ? [reading.dedupeKey] : []));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  test('show every type that a sender can tell of', () => {
    const types = samples.map(({ profile, body }) => {
      const reading = readWebhook(sampleProfile(profile), body, ARRIVAL);
      return reading.kind === 'event' ? reading.type : reading.kind;
    });
    expect(new Set(types)).toEqual(new Set([...SENDABLE_TYPES, 'unmapped', 'ping']));
  });
});

function parsed(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}
