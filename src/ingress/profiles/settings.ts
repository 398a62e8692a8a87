import { z } from 'zod';
import {
  ALGORITHMS,
  authPolicy,
  ENCODINGS,
  FACTORS,
  headerName,
  type AuthPolicy,
  type BodyHmac,
  PLAIN_BODY_HMAC,
} from '../auth/scheme';
import { type FieldError } from '../dialects/dialect';
import { readingRules } from '../dialects/reading-rules';
import { type Profile } from './profile';

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;

const { vendorTimeUnit, eventTypes, statuses, senders, fields, dedupe, agents } = readingRules.shape;

/**
 * What one source may have otherwise than its profile. All optional; names and units as an operator writes them. Extend it
 * for what concerns the connection; a key nobody knows is refused, since it is a spelling mistake.
 */
export const profileSettings = z.strictObject({
  on_invalid: z.enum(['strict', 'absorb']).optional(),
  sender_timeout_ms: z
    .int()
    .min(SECOND)
    .max(120 * SECOND)
    .optional(),
  body_max_bytes: z
    .int()
    .min(KIB)
    .max(16 * MIB)
    .optional(),
  allow_gzip: z.boolean().optional(),
  bot_answers: z.boolean().optional(),
  environment: z.string().min(1).max(64).optional(),
  vendor_time_unit: vendorTimeUnit.optional(),
  event_types: eventTypes.optional(),
  statuses: statuses.optional(),
  senders: senders.optional(),
  /** tg-staff, telegram-crm-flat, generic. */
  fields: fields.optional(),
  dedupe: dedupe.optional(),
  agents: agents.optional(),
  /** How the body's HMAC is sent, where the profile or `require` has one. */
  signature: z
    .strictObject({
      header: headerName.optional(),
      prefix: z.string().max(32).optional(),
      encoding: z.enum(ENCODINGS).optional(),
      algorithm: z.enum(ALGORITHMS).optional(),
    })
    .optional(),
  allow_legacy_sha1: z.boolean().optional(),
  require: z.array(z.enum(FACTORS)).optional(),
  /** generic only: the schemes of which one must prove the sender. */
  any_of: authPolicy.shape.anyOf.optional(),
});
export type ProfileSettings = z.output<typeof profileSettings>;

export type AppliedSettings =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** The profile as it holds for one source. Says what is wrong with settings that fit the schema but not the profile. */
export function applySettings(profile: Profile, settings: ProfileSettings): AppliedSettings {
  const auth = authOf(profile, settings);
  const errors = [...misplaced(profile, settings), ...signatureFaults(auth, settings)];
  if (errors.length > 0) return { ok: false, errors };
  const { reading } = profile;
  return {
    ok: true,
    profile: {
      ...profile,
      auth,
      onInvalid: settings.on_invalid ?? profile.onInvalid,
      senderTimeoutMs: settings.sender_timeout_ms ?? profile.senderTimeoutMs,
      bodyMaxBytes: settings.body_max_bytes ?? profile.bodyMaxBytes,
      allowGzip: settings.allow_gzip ?? profile.allowGzip,
      botAnswers: settings.bot_answers ?? profile.botAnswers,
      environment: settings.environment ?? profile.environment,
      reading: {
        vendorTimeUnit: settings.vendor_time_unit ?? reading.vendorTimeUnit,
        eventTypes: { ...reading.eventTypes, ...settings.event_types },
        statuses: { ...reading.statuses, ...settings.statuses },
        senders: { ...reading.senders, ...settings.senders },
        fields: { ...reading.fields, ...settings.fields },
        dedupe: settings.dedupe ?? reading.dedupe,
        agents: settings.agents ?? reading.agents,
      },
    },
  };
}

function authOf({ auth }: Profile, { signature, any_of, require }: ProfileSettings): AuthPolicy {
  const own = Object.fromEntries(Object.entries(signature ?? {}).filter(([, value]) => value !== undefined));
  const tuned = <S extends { readonly kind: string }>(scheme: S): S =>
    scheme.kind === 'body-hmac' ? { ...scheme, ...own } : scheme;
  const plain: BodyHmac = tuned(PLAIN_BODY_HMAC);
  return {
    anyOf: (any_of ?? auth.anyOf).map(tuned),
    require: (require ?? []).map((factor) => (factor === 'body-hmac' ? plain : { kind: factor })),
  };
}

/** A setting that this profile would never look at is a misunderstanding worth telling. */
const ONLY_FOR: Readonly<Partial<Record<keyof ProfileSettings, readonly Profile['name'][]>>> = {
  fields: ['telegram-crm-flat', 'tg-staff', 'generic'],
  senders: ['telegram-crm-flat', 'tg-staff', 'generic'],
  dedupe: ['generic'],
  any_of: ['generic'],
  agents: ['telegram-bot'],
  event_types: ['telegram-crm', 'telegram-crm-flat', 'tg-staff', 'standard-webhooks', 'generic'],
};

function misplaced(profile: Profile, settings: ProfileSettings): FieldError[] {
  return Object.entries(ONLY_FOR).flatMap(([path, names]) =>
    settings[path as keyof ProfileSettings] === undefined || names.includes(profile.name)
      ? []
      : [{ path, message: `has no meaning for ${profile.name}; it is for ${names.join(', ')}` }],
  );
}

function signatureFaults(auth: AuthPolicy, settings: ProfileSettings): FieldError[] {
  const hmacs = [...auth.anyOf, ...auth.require].filter((scheme) => scheme.kind === 'body-hmac');
  if (settings.signature !== undefined && hmacs.length === 0) {
    return [
      { path: 'signature', message: 'this source has no HMAC of the body; add "body-hmac" to require' },
    ];
  }
  const usesSha1 = [...hmacs, ...auth.anyOf].some(
    (scheme) => 'algorithm' in scheme && scheme.algorithm === 'sha1',
  );
  if (!usesSha1 || settings.allow_legacy_sha1 === true) return [];
  return [{ path: 'signature.algorithm', message: 'sha1 needs allow_legacy_sha1: true; prefer sha256' }];
}
