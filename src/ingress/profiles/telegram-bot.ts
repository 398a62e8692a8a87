import { COMMON, type Profile } from './profile';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const telegramBot: Profile = {
  ...COMMON,
  name: 'telegram-bot',
  about: "Telegram's own updates, sent to a bot's webhook.",
  caution:
    'Telegram signs nothing but sends the secret itself: let only TLS carry it. Name those who answer with the setting agents; all other people count as customers.',
  auth: { anyOf: [{ kind: 'telegram-token' }], require: [] },
  // Telegram repeats whatever is not 2xx, permanent errors too, and the chat's later updates wait behind it.
  onInvalid: 'absorb',
  senderTimeoutMs: 60 * SECOND,
  retries: { delaysMs: [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, MINUTE], attempts: null, isSerial: true },
};
