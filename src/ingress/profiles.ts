const SECOND = 1000;

export const PROFILE_NAMES = ['telegram-crm'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** What is known of a family of senders. */
export interface Profile {
  readonly name: ProfileName;
  /** strict: the sender is told of what it did wrong; absorb: it gets 200 and we keep the evidence. */
  readonly onInvalid: 'strict' | 'absorb';
  /** How long the sender waits for an answer; the commit has 60 % of it. */
  readonly senderTimeoutMs: number;
  readonly bodyMaxBytes: number;
}

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  'telegram-crm': {
    name: 'telegram-crm',
    onInvalid: 'strict',
    senderTimeoutMs: 10 * SECOND,
    bodyMaxBytes: 1024 * 1024,
  },
};

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}
