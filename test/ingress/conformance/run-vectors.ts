import { randomBytes } from 'node:crypto';
import { request as send } from 'node:http';
import { request as sendTls } from 'node:https';
import { type Kept, type Vector, type VectorRequest, type VectorSource } from './vector';

/** Any receiver: it must believe what we say as a proxy (TRUSTED_PROXIES), and let us make sources. */
export interface Target {
  readonly url: string;
  readonly adminToken: string;
}

export interface Outcome {
  readonly vector: Vector;
  /** Empty: as it should be. */
  readonly faults: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const PARALLEL = 8;
const JOURNAL_MS = 1500;
/** What is done to a source reaches every node within two seconds. */
const REACH_MS = 2500;
const PATIENCE_MS = 20_000;

/** Runs each vector against a source of its own. */
export async function runVectors(target: Target, vectors: readonly Vector[]): Promise<readonly Outcome[]> {
  const run = randomBytes(4).toString('hex');
  const names = vectors.map((_vector, index) => `conf-${run}-${index}`);
  await inParallel(vectors, (vector, index) => prepare(target, vector, names[index] ?? ''));
  const answers = await inParallel(vectors, (vector, index) => play(target, vector, names[index] ?? ''));
  await new Promise((resolve) => setTimeout(resolve, JOURNAL_MS));
  return inParallel(vectors, async (vector, index) => {
    const answer = answers[index];
    if (answer === undefined) return { vector, faults: ['no answer'] };
    const kept = await keptOf(target, names[index] ?? '', answer);
    return { vector, faults: faultsOf(vector, answer, kept) };
  });
}

async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results;
}

async function prepare(target: Target, { profile, source }: Vector, name: string): Promise<void> {
  if (source.change === 'unknown') return;
  const { secret, integration_id, settings } = source;
  await admin(target, 'POST', '/v1/admin/sources', {
    name,
    key: name,
    profile,
    integration_id,
    secret,
    settings,
  });
  for (const [index, { token, scopes, expires_at }] of (source.tokens ?? []).entries()) {
    const unique = `${token}-${name}`;
    await admin(target, 'POST', `/v1/admin/sources/${name}/tokens`, {
      label: `t${index}`,
      token: unique,
      scopes,
      expires_at,
    });
  }
  if (source.change !== undefined)
    await admin(target, 'POST', `/v1/admin/sources/${name}/${source.change}`, {});
}

async function play(target: Target, vector: Vector, name: string): Promise<Answer> {
  for (const before of vector.before ?? []) await exchange(target, name, before, vector.source);
  if (vector.meanwhile !== undefined) {
    await admin(target, 'POST', `/v1/admin/sources/${name}/${vector.meanwhile}`, {});
    await new Promise((resolve) => setTimeout(resolve, REACH_MS));
  }
  return exchange(target, name, vector.request, vector.source);
}

function exchange(target: Target, key: string, wanted: VectorRequest, source: VectorSource): Promise<Answer> {
  const body = Buffer.from(wanted.body, 'base64');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(wanted.headers))
    headers[name] = withOwnToken(value, key, source);
  if (wanted.peer !== null) headers['x-forwarded-for'] = wanted.peer;
  const sending = wanted.sending ?? 'whole';
  if (sending === 'chunked') headers['transfer-encoding'] = 'chunked';
  else if (wanted.method !== 'GET')
    headers['content-length'] = String(sending === 'huge' ? 1e9 : body.length);
  return new Promise((resolve, reject) => {
    const to = new URL(`/v1/ingress/${key}${wanted.suffix}`, target.url);
    const options = { method: wanted.method, headers, agent: false as const, timeout: PATIENCE_MS };
    const request = (to.protocol === 'https:' ? sendTls : send)(to, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        request.destroy();
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: (text === '' ? {} : JSON.parse(text)) as Answer['body'],
        });
      });
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    if (sending === 'huge') request.flushHeaders();
    else if (sending === 'slow') request.write(body.subarray(0, -1));
    else if (sending === 'chunked') {
      for (let at = 0; at < body.length; at += 100) request.write(body.subarray(at, at + 100));
      request.end();
    } else request.end(body);
  });
}

/** Tokens are unique in a receiver, so each source has its own form of them. */
function withOwnToken(value: string, key: string, { tokens = [] }: VectorSource): string {
  const own = tokens.find(({ token }) => value === `Bearer ${token}`);
  return own === undefined ? value : `${value}-${key}`;
}

async function keptOf(target: Target, source: string, { headers, body }: Answer): Promise<Kept> {
  if (body['status'] === 'held') return 'H';
  const receipt = String(headers['x-receipt-id']);
  const quarantined = await admin(target, 'GET', `/v1/admin/quarantine?status=all&source=${source}`);
  const { items } = quarantined as { readonly items: readonly { readonly receipt_id: string }[] };
  const isQuarantined = items.some((one) => one.receipt_id === receipt);
  if (isQuarantined) return 'Q';
  const found = (await admin(target, 'GET', `/v1/admin/deliveries/${receipt}`)) as Readonly<
    Record<string, unknown>
  >;
  if (found['code'] === 'not_found') return 'C';
  const isFirst = body['duplicate_of'] === null || body['duplicate_of'] === undefined;
  return found['position'] !== null || (found['event_id'] !== null && isFirst) ? 'E' : 'J';
}

function faultsOf({ expect }: Vector, answer: Answer, kept: Kept): string[] {
  const { status, headers, body } = answer;
  const code = status === 200 ? body['status'] : body['code'];
  const faults: string[] = [];
  const compare = (what: string, found: unknown, wanted: unknown): void => {
    if (found !== wanted) faults.push(`${what}: ${String(found)} instead of ${String(wanted)}`);
  };
  compare('status', status, expect.status);
  compare('code', code, expect.code);
  compare('kept', kept, expect.kept);
  for (const [name, value] of Object.entries(expect.headers ?? {})) compare(name, headers[name], value);
  for (const [name, value] of Object.entries(expect.body ?? {})) compare(name, body[name], value);
  if (typeof headers['x-receipt-id'] !== 'string') faults.push('no X-Receipt-Id');
  compare('receipt_id', body['receipt_id'], headers['x-receipt-id']);
  if ('method' in body) faults.push('a key named method');
  if (status !== 200) {
    const problem = ['type', 'title', 'status', 'detail', 'code', 'retryable'].filter(
      (name) => !(name in body),
    );
    if (problem.length > 0) faults.push(`problem without ${problem.join(', ')}`);
    if (!String(headers['content-type']).startsWith('application/problem+json'))
      faults.push('no problem+json');
  }
  if (status === 401 && headers['www-authenticate'] === undefined) faults.push('no WWW-Authenticate');
  if ((status === 429 || status === 503) && headers['retry-after'] === undefined)
    faults.push('no Retry-After');
  if (faults.length > 0 && typeof body['detail'] === 'string')
    faults.push(JSON.stringify(body).slice(0, 300));
  return faults;
}

async function admin(target: Target, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(new URL(path, target.url), {
    method,
    headers: { authorization: `Bearer ${target.adminToken}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok && response.status !== 404)
    throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}
