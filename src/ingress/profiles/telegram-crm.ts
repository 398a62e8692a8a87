import { COMMON, type Profile } from './profile';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const telegramCrm: Profile = {
  ...COMMON,
  name: 'telegram-crm',
  about:
    'A Telegram CRM that sends an envelope (event_id, event_type, timestamp, signature) with a body in or beside it.',
  caution:
    'The signature covers event_id, event_type and timestamp, not the body: let only TLS carry it, and add a second factor with --require bearer|body-hmac|mtls|ip.',
  auth: { anyOf: [{ kind: 'envelope-hmac', algorithm: 'sha256' }], require: [] },
  senderTimeoutMs: 10 * SECOND,
  retries: { delaysMs: [5 * SECOND, 30 * SECOND, 5 * MINUTE], attempts: 5, isSerial: false },
};
