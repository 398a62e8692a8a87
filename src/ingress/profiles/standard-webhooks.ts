import { STANDARD_TOLERANCE_MS } from '../auth/scheme';
import { COMMON, type Profile } from './profile';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const standardWebhooks: Profile = {
  ...COMMON,
  name: 'standard-webhooks',
  about: 'Any sender of Standard Webhooks 1.0 whose body is that of telegram-crm.',
  auth: { anyOf: [{ kind: 'standard-webhooks', toleranceMs: STANDARD_TOLERANCE_MS }], require: [] },
  senderTimeoutMs: 15 * SECOND,
  retries: {
    delaysMs: [
      5 * SECOND,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
      14 * HOUR,
      20 * HOUR,
      24 * HOUR,
    ],
    attempts: 10,
    isSerial: false,
  },
};
