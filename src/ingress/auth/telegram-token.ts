import { type AuthRequest, headerOf } from './auth-request';
import { absent, type Check, namedKeys, proved, refused } from './check';
import { liveKeys, type SecretKey } from './credentials';
import { findSigner } from './hmac';
import { hashToken } from './bearer';

export const TELEGRAM_TOKEN_HEADER = 'X-Telegram-Bot-Api-Secret-Token';

export function checkTelegramToken(keys: readonly SecretKey[], request: AuthRequest): Check {
  const shown = headerOf(request, TELEGRAM_TOKEN_HEADER);
  if (shown === null) {
    const detail = `No secret token: call setWebhook with secret_token, so that Telegram sends ${TELEGRAM_TOKEN_HEADER}.`;
    return absent('token_missing', detail);
  }
  const live = liveKeys(keys, request.receivedAt);
  const signer = findSigner(live, [hashToken(shown)], hashToken);
  if (signer !== null) return proved({ kind: 'telegram-token', keyId: signer.keyId });
  const detail = `Invalid secret token: ${TELEGRAM_TOKEN_HEADER} does not equal ${namedKeys(live)}. Call setWebhook again with this source's secret.`;
  return refused('right', 'token_invalid', detail);
}
