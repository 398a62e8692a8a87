import { PLAIN_BODY_HMAC } from '../auth/scheme';
import { COMMON, type Profile } from './profile';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const tgStaff: Profile = {
  ...COMMON,
  name: 'tg-staff',
  about: 'TG-Staff: conversations, messages, and the presence of agents.',
  auth: {
    anyOf: [{ ...PLAIN_BODY_HMAC, header: 'X-TG-Staff-Signature' }, { kind: 'bearer' }],
    require: [],
  },
  // It takes whatever is not 200 for a failure, retries, and then discards.
  onInvalid: 'absorb',
  senderTimeoutMs: 5 * SECOND,
  retries: { delaysMs: [30 * SECOND, 2 * MINUTE, 5 * MINUTE], attempts: 4, isSerial: false },
  senderMaxPerSecond: 10,
};
