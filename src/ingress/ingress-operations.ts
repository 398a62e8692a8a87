import { z } from 'zod';
import { type Operation } from '../platform/http/openapi';
import { ANSWER_STATUSES, REFUSALS } from './codes';
import { deliveryQuery } from './journal/delivery.controller';
import { bulkRetry, quarantineQuery } from './quarantine/quarantine.controller';
import { rotation, senderToken } from './sources/source.controller';
import { newSource } from './sources/source-service';
import { sourceSettings } from './sources/source-settings';

const webhookAnswer = z.object({
  status: z.enum(ANSWER_STATUSES),
  verdict: z.enum(['accepted', 'accepted_gap', 'noop', 'rejected']).nullable(),
  reason: z.string().optional(),
  event_id: z.uuid().nullable(),
  position: z.string().nullable().describe('lane:position'),
  duplicate_of: z.uuid().nullable(),
  current_verdict: z.string().nullable().optional(),
  receipt_id: z.uuid().describe('Also in the header X-Receipt-Id.'),
});

/** Every code by its status, as the check table has them. */
function refusalsByStatus(): Record<number, string[]> {
  const byStatus = new Map<number, string[]>();
  for (const [code, { status }] of Object.entries(REFUSALS))
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  return Object.fromEntries(byStatus);
}

const webhook = (suffix: string): Operation => ({
  method: 'post',
  path: `/v1/ingress/{source}${suffix}`,
  tag: 'Webhooks',
  summary: 'Deliver one webhook in the dialect of the source.',
  needs: 'public',
  body: z
    .record(z.string(), z.unknown())
    .describe('What the sender of this profile posts (docs/sources.md).'),
  answers: {
    200: {
      description: 'Stored, known, held or set aside: it need not be sent again.',
      schema: webhookAnswer,
    },
  },
  refusals: refusalsByStatus(),
});

const notFound = { 404: ['not_found'] };
const invalid = { 422: ['invalid_input'] };

const source = (
  method: Operation['method'],
  path: string,
  summary: string,
  needs: Operation['needs'],
  more: Partial<Operation> = {},
): Operation => ({
  method,
  path: `/v1/admin/sources${path}`,
  tag: 'Sources',
  summary,
  needs,
  answers: { 200: { description: 'The source.' } },
  ...more,
  refusals: { ...(path === '' ? {} : notFound), ...more.refusals },
});

const quarantine = (
  method: Operation['method'],
  path: string,
  summary: string,
  needs: Operation['needs'],
  more: Partial<Operation> = {},
): Operation => ({
  method,
  path: `/v1/admin/quarantine${path}`,
  tag: 'Quarantine',
  summary,
  needs,
  answers: { 200: { description: 'The delivery and what became of it.' } },
  ...more,
  refusals: { ...(path.includes('{') ? { ...notFound, 409: ['conflict'] } : {}), ...more.refusals },
});

export const ingressOperations: readonly Operation[] = [
  webhook(''),
  webhook('/webhook'),
  webhook('/callback'),
  source('get', '', 'All sources.', 'read'),
  source('post', '', 'Make a source; its secret is shown this once.', 'admin', {
    body: newSource,
    answers: { 201: { description: 'The source and its secret.' } },
    refusals: { ...invalid, 409: ['conflict'] },
  }),
  source('get', '/{name}', 'One source with its keys and tokens.', 'read'),
  source('put', '/{name}/settings', 'Replace its settings.', 'admin', {
    body: sourceSettings,
    refusals: invalid,
  }),
  source('post', '/{name}/pause', 'Take deliveries and hold them.', 'operate', {
    refusals: { 409: ['conflict'] },
  }),
  source('post', '/{name}/resume', 'Take deliveries again.', 'operate', { refusals: { 409: ['conflict'] } }),
  source('post', '/{name}/block', 'Refuse deliveries until it is resumed.', 'operate', {
    refusals: { 409: ['conflict'] },
  }),
  source('post', '/{name}/retire', 'Refuse deliveries for good.', 'admin', {
    refusals: { 409: ['conflict'] },
  }),
  source('post', '/{name}/arm', 'Answer an unsigned ping for 15 minutes.', 'operate'),
  source('post', '/{name}/rotate', 'Make a new secret.', 'admin', {
    body: rotation,
    answers: { 201: { description: 'The new secret, shown this once.' } },
    refusals: invalid,
  }),
  source('post', '/{name}/tokens', 'Make a bearer token for its sender.', 'admin', {
    body: senderToken,
    answers: { 201: { description: 'The token, shown this once.' } },
    refusals: invalid,
  }),
  source('delete', '/{name}/keys/{key}', 'End a key or token now.', 'admin', {
    answers: { 204: { description: 'Done.' } },
  }),
  {
    method: 'get',
    path: '/v1/admin/deliveries',
    tag: 'Deliveries',
    summary: 'What came in lately, and how it was answered.',
    needs: 'read',
    query: deliveryQuery,
    answers: { 200: { description: 'The latest first.' } },
    refusals: invalid,
  },
  {
    method: 'get',
    path: '/v1/admin/deliveries/{receipt}',
    tag: 'Deliveries',
    summary: 'One delivery; of a failed signature also what would have matched.',
    needs: 'read',
    answers: { 200: { description: 'The delivery.' } },
    refusals: notFound,
  },
  quarantine('get', '', 'The oldest first.', 'read', { query: quarantineQuery, refusals: invalid }),
  quarantine('get', '/{id}', 'One delivery with its bytes.', 'read'),
  quarantine('post', '/retry', 'Try all that match again.', 'operate', {
    body: bulkRetry,
    refusals: invalid,
  }),
  quarantine('post', '/{id}/retry', 'Try one again.', 'operate'),
  quarantine('post', '/{id}/accept', 'Append a conflicting one beside the first event of its id.', 'operate'),
  quarantine('post', '/{id}/dismiss', 'Let it be.', 'operate', {
    answers: { 204: { description: 'Done.' } },
  }),
];
