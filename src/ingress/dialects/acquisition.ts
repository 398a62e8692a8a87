import { type Body } from './dialect';

/** Through which advertisement or link a customer came, short enough and plain enough for a figure. */
export interface Acquisition {
  readonly source: string | null;
  readonly campaign: string | null;
}

const SOURCE_KEYS = ['utm_source', 'source', 'ad_source', 'channel', 'platform', 'ref'];
const CAMPAIGN_KEYS = ['utm_campaign', 'campaign', 'campaign_id', 'ad_campaign', 'ad_id'];
/** A code somebody chose for a campaign, never a person's own data: no @, no long digits, no sentences. */
const CODE = /^[\p{L}\p{N}][\p{L}\p{N} ._:/+-]{0,63}$/u;
const LIKE_A_PERSON = /\d{7}|\s\S+\s\S+\s/;

/**
 * A referrer is an object of parameters, a URL, a query string or a bare code. The whole of it stays personal; this short
 * form is what analysts group by. Null when there is none.
 */
export function acquisitionOf(referrer: unknown, metadata: unknown): Acquisition | null {
  if (!isSaid(referrer) && !isSaid(metadata)) return null;
  const told = [...parametersOf(referrer), ...parametersOf(metadata)];
  const source = codeUnder(SOURCE_KEYS, told) ?? bareCode(referrer) ?? hostOf(referrer);
  const campaign = codeUnder(CAMPAIGN_KEYS, told);
  return source === null && campaign === null ? null : { source, campaign };
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}

type Parameter = readonly [key: string, value: string];

function parametersOf(value: unknown): readonly Parameter[] {
  if (typeof value === 'string') return ofQuery(value);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]): readonly Parameter[] => {
    if (typeof child === 'string') return [[key.toLowerCase(), child], ...ofQuery(child)];
    return isObject(child) ? ofParameters(child) : [];
  });
}

/** One level down is where senders put `params`, `utm` or `url_parameters`; further down nobody meant a figure. */
function ofParameters(value: Body): readonly Parameter[] {
  return Object.entries(value).flatMap(([key, child]) =>
    typeof child === 'string' ? [[key.toLowerCase(), child] as const] : [],
  );
}

function ofQuery(text: string): readonly Parameter[] {
  const query = /^[^?#]*\?([^#]*)/.exec(text)?.[1] ?? (/^[\w.-]+=/.test(text) ? text : null);
  return query === null
    ? []
    : [...new URLSearchParams(query)].map(([key, value]) => [key.toLowerCase(), value]);
}

function codeUnder(keys: readonly string[], told: readonly Parameter[]): string | null {
  for (const wanted of keys) {
    for (const [key, value] of told) if (key === wanted && isCode(value)) return value.trim();
  }
  return null;
}

function bareCode(referrer: unknown): string | null {
  return typeof referrer === 'string' && !/[/?=]/.test(referrer) && isCode(referrer) ? referrer.trim() : null;
}

function hostOf(referrer: unknown): string | null {
  const url = typeof referrer === 'string' ? referrer : isObject(referrer) ? referrer['url'] : null;
  const host =
    typeof url === 'string' ? /^https?:\/\/([a-z0-9.-]{1,64})(?=[:/?#]|$)/i.exec(url)?.[1] : undefined;
  return host === undefined ? null : host.toLowerCase();
}

function isCode(text: string): boolean {
  const trimmed = text.trim();
  return CODE.test(trimmed) && !LIKE_A_PERSON.test(trimmed);
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
