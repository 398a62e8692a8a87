import { readSample, sampleNames } from '../../src/cli/samples/corpus';
import { fresh } from '../../src/cli/samples/fresh';
import { type Body } from '../../src/cli/samples/happening';
import { type Reading } from '../../src/ingress/dialects/dialect';
import { readWebhook } from '../../src/ingress/dialects/read-webhook';
import { PROFILE_NAMES, type ProfileName } from '../../src/ingress/profiles';
import { sampleProfile } from '../ingress/dialects/samples';

const NOW = Date.UTC(2031, 4, 6, 7, 8, 9);
const SECOND = 1000;

const named = PROFILE_NAMES.flatMap((profile) =>
  sampleNames(profile).map((name) => [profile, name] as const),
);

function freshBody(profile: ProfileName, name: string, run: string, now = NOW): Body {
  return fresh(readSample(profile, name), { now, run, integrationId: 'mine', environment: 'test' });
}

function read(profile: ProfileName, body: Body): Reading {
  const webhookId = profile === 'standard-webhooks' ? JSON.stringify(body) : null;
  return readWebhook(sampleProfile(profile), body, { receivedAt: NOW, webhookId });
}

describe('a payload of samples/, made fresh', () => {
  test.each(named)('%s %s says the same of another ticket, as of now', (profile, name) => {
    const before = read(profile, readSample(profile, name));
    const first = read(profile, freshBody(profile, name, '0badcafe'));
    const second = read(profile, freshBody(profile, name, '0badcaff', NOW + SECOND));
    expect(first.kind).toBe(before.kind);
    if (before.kind !== 'event' || first.kind !== 'event' || second.kind !== 'event') return;
    expect([first.type, first.sourceType]).toEqual([before.type, before.sourceType]);
    expect(first.dedupeKey).not.toBe(before.dedupeKey);
    expect(first.dedupeKey).not.toBe(second.dedupeKey);
    expect(first.occurredAt).toBeLessThanOrEqual(NOW);
    // As far from its other times as before.
    expect(NOW - first.occurredAt).toBeLessThan(10 * 60 * SECOND);
  });

  test('keeps one id one id, and two ids two', () => {
    const topic = freshBody('telegram-bot', 'forum_topic_created', '00000007')['message'] as Body;
    expect(topic['message_id']).toBe(topic['message_thread_id']);
    const merged = freshBody('telegram-crm', 'status.changed.merged', '00000007')['data'] as Body;
    expect(merged['ticket_id']).toMatch(/^TKT-[0-9A-F]{8}$/);
    expect(merged['merged_into']).not.toBe(merged['ticket_id']);
  });

  test('names its integration and environment', () => {
    const { source } = freshBody('telegram-crm', 'ticket.created', '00000007');
    expect(source).toEqual({ platform: 'telegram_crm', integration_id: 'mine', environment: 'test' });
  });
});
