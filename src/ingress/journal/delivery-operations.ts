import { z } from 'zod';
import { operationsUnder } from '../../platform/http/openapi';
import { deliveryQuery } from './delivery.controller';

const delivery = z.object({
  receipt_id: z.uuid(),
  source: z.string(),
  received_at: z.iso.datetime(),
  status: z.int(),
  code: z.string().describe('What the answer said: its status, or the code of its problem.'),
  detail: z.string().nullable(),
  latency_ms: z.number().nullable(),
  body_bytes: z.int(),
  wire_bytes: z.int().nullable(),
  body_hash: z.string().nullable().describe('sha256, hex.'),
  key_id: z.string().nullable().describe('Which of the keys or tokens proved the sender.'),
  client_ip: z.string().nullable(),
  event_id: z.guid().nullable(),
  position: z.string().nullable().describe('lane:position, of an event'),
  findings: z
    .array(z.string())
    .nullable()
    .describe('Of a failed signature or token: what would have matched.'),
});

export const deliveryOperations = operationsUnder('/v1/admin/deliveries', 'Deliveries', [
  {
    method: 'get',
    path: '',
    summary: 'What came in lately, and how it was answered.',
    needs: 'read',
    query: deliveryQuery,
    answers: {
      200: {
        description:
          'One page, the latest first; `next` is the cursor of the following one, null at the end.',
        schema: z.object({ items: z.array(delivery), next: z.string().nullable() }),
      },
    },
  },
  {
    method: 'get',
    path: '/{receipt}',
    summary: 'One delivery; of a failed signature also what would have matched.',
    needs: 'read',
    answers: { 200: { description: 'The delivery.', schema: delivery } },
  },
]);
