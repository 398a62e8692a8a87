import { PLAIN_BODY_HMAC } from '../auth/scheme';
import { COMMON, type Profile } from './profile';

export const telegramCrmFlat: Profile = {
  ...COMMON,
  name: 'telegram-crm-flat',
  about: 'A Telegram CRM that sends flat fields and names such as "Ticket Created".',
  auth: { anyOf: [PLAIN_BODY_HMAC, { kind: 'bearer' }], require: [] },
};
