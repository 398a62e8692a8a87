import { type ProfileName, PROFILE_NAMES, PROFILES } from '../../../src/ingress/profiles';
import { profileSchema } from '../../../src/ingress/profiles/profile';
import { applySettings, profileSettings } from '../../../src/ingress/profiles/settings';

function faults(name: ProfileName, settings: object): readonly string[] {
  const parsed = profileSettings.safeParse(settings);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const applied = applySettings(PROFILES[name], parsed.data);
  return applied.ok ? [] : applied.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('profiles', () => {
  test.each(PROFILE_NAMES)('%s is what a profile must be, and needs no settings', (name) => {
    expect(profileSchema.parse(PROFILES[name])).toEqual(PROFILES[name]);
    expect(PROFILES[name].name).toBe(name);
    expect(applySettings(PROFILES[name], {})).toEqual({ ok: true, profile: PROFILES[name] });
  });
});

describe('settings of a source', () => {
  test.each([
    ['telegram-crm', { colour: 'red' }, /Unrecognized key: "colour"/],
    ['telegram-crm', { fields: { ticket_id: '/x' } }, /^fields: has no meaning for telegram-crm/],
    ['telegram-crm', { signature: { header: 'X-A' } }, /^signature: this source has no HMAC of the body/],
    [
      'telegram-crm-flat',
      { signature: { algorithm: 'sha1' } },
      /^signature.algorithm: sha1 needs allow_legacy_sha1/,
    ],
    ['telegram-crm-flat', { signature: { header: 'X Y' } }, /^signature.header: letters, digits and dashes/],
    ['generic', { fields: { ticket_id: 'no pointer' } }, /expected a JSON pointer/],
    ['generic', { fields: { nonsense: '/x' } }, /nonsense/],
    ['generic', { statuses: { done: 'finished' } }, /^statuses.done/],
    ['tg-staff', { agents: ['7'] }, /^agents: has no meaning for tg-staff/],
    ['tg-staff', { sender_timeout_ms: 10 }, /^sender_timeout_ms/],
  ] as const)('%s refuses %j', (name, settings, expected) => {
    expect(faults(name, settings).join('\n')).toMatch(expected);
  });

  test('override what the profile says, and only that', () => {
    const settings = profileSettings.parse({
      on_invalid: 'absorb',
      signature: { header: 'X-Hub-Signature-256', prefix: 'sha256=' },
      require: ['mtls'],
    });
    const applied = applySettings(PROFILES['telegram-crm-flat'], settings);
    expect(applied).toMatchObject({
      ok: true,
      profile: {
        onInvalid: 'absorb',
        senderTimeoutMs: PROFILES['telegram-crm-flat'].senderTimeoutMs,
        auth: {
          anyOf: [
            { kind: 'body-hmac', header: 'X-Hub-Signature-256', prefix: 'sha256=', encoding: 'hex' },
            { kind: 'bearer' },
          ],
          require: [{ kind: 'mtls' }],
        },
      },
    });
  });
});
