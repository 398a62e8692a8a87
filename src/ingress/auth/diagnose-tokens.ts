import { type AuthRequest, headerOf } from './auth-request';
import { checkBearer, hashToken } from './bearer';
import { type Credentials, isLive, type SecretKey } from './credentials';
import { isEqual } from './hmac';
import { type RequestScheme } from './scheme';
import { TELEGRAM_TOKEN_HEADER } from './telegram-token';

/** Bearer and secret tokens: shown at a wrong place, in a wrong form, or too late. */
export function tokenFindings(
  schemes: readonly RequestScheme[],
  credentials: Credentials,
  request: AuthRequest,
): readonly string[] {
  return schemes.flatMap((scheme) => {
    if (scheme.kind === 'bearer') return bearerFindings(credentials, request);
    return scheme.kind === 'telegram-token' ? telegramFindings(credentials.secrets, request) : [];
  });
}

function bearerFindings(credentials: Credentials, request: AuthRequest): readonly string[] {
  const check = checkBearer(credentials, request);
  if (check.kind === 'proved') return [];
  if (check.kind === 'refused' && check.stage === 'fresh') return [check.detail];
  const proves = (authorization: string): boolean =>
    checkBearer(credentials, { ...request, headers: { authorization } }).kind === 'proved';
  const shown = headerOf(request, 'authorization');
  if (shown !== null) {
    const bare = shown.replace(/^(?:bearer|token|basic)\b[ :]*/i, '');
    if (proves(`Bearer ${shown}`)) return ['The token is right, but "Bearer " is missing in front of it.'];
    if (proves(`Bearer ${bare}`)) return ['The token is right, but must follow "Bearer " and one space.'];
    const unquoted = bare.replace(/^["'<]|[">']$/g, '');
    if (proves(`Bearer ${unquoted}`)) return ['The token is right, but stands in quotes.'];
  }
  const elsewhere = ['X-Api-Key', 'X-Auth-Token', 'X-Webhook-Token', TELEGRAM_TOKEN_HEADER].find((name) =>
    proves(`Bearer ${headerOf(request, name) ?? ''}`),
  );
  return elsewhere === undefined
    ? []
    : [`The token is right, but sent as ${elsewhere} instead of Authorization: Bearer.`];
}

function telegramFindings(secrets: readonly SecretKey[], request: AuthRequest): readonly string[] {
  const matching = (text: string): SecretKey | undefined =>
    secrets.find(({ secret }) => isEqual(hashToken(secret), hashToken(text)));
  const shown = headerOf(request, TELEGRAM_TOKEN_HEADER);
  const known = shown === null ? undefined : matching(shown);
  if (known !== undefined) {
    return isLive(known, request.receivedAt)
      ? []
      : [`The secret token is the key ${known.keyId}, which is not valid now. Call setWebhook again.`];
  }
  const bearer = (headerOf(request, 'authorization') ?? '').replace(/^bearer +/i, '');
  return bearer !== '' && matching(bearer) !== undefined
    ? [`The secret is right, but sent as Authorization instead of ${TELEGRAM_TOKEN_HEADER}.`]
    : [];
}
