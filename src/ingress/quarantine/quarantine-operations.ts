import { z } from 'zod';
import { operationsUnder, problemSchema } from '../../platform/http/openapi';
import { webhookAnswer } from '../webhook-operations';
import { bulkRetry, quarantineQuery } from './quarantine.controller';
import { QUARANTINE_STATUSES } from './quarantine-store';

const summary = z.object({
  id: z.uuid(),
  source: z.string(),
  status: z.enum(QUARANTINE_STATUSES),
  code: z.string().describe('What is wrong with it.'),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).nullable(),
  received_at: z.iso.datetime().describe('The first arrival.'),
  last_received_at: z.iso.datetime(),
  deliveries: z.int().describe('How often the same bytes came.'),
  receipt_id: z.uuid(),
  key_id: z.string().nullable(),
  first_event_id: z.guid().nullable().describe('Of a conflict: the event that stands under its id.'),
  event_id: z.guid().nullable().describe('What a retry or an acceptance appended.'),
  body_bytes: z.int(),
});

const details = summary.extend({
  body_text: z.string().describe('Its beginning as text.'),
  body_base64: z.string().describe('The bytes as they came.'),
});

const retried = z.object({
  id: z.uuid(),
  status: z.enum(['retried', 'accepted', 'open']),
  answer: z.union([webhookAnswer, problemSchema]).describe('What the sender would have been told.'),
});

const remapped = z.object({ found: z.int(), appended: z.int(), unchanged: z.int(), refused: z.int() });

const tried = { 200: { description: 'The delivery and what became of it.', schema: retried } };
/** It is resolved already, or nothing that this can be done to; the append queue is full. */
const refusals = { 409: ['conflict'], 503: ['overloaded'] };

export const quarantineOperations = operationsUnder('/v1/admin/quarantine', 'Quarantine', [
  {
    method: 'get',
    path: '',
    summary: 'Authentic deliveries that were not understood.',
    needs: 'read',
    query: quarantineQuery,
    answers: {
      200: {
        description:
          'One page, the oldest first; `next` is the cursor of the following one, null at the end.',
        schema: z.object({ items: z.array(summary), next: z.string().nullable() }),
      },
    },
  },
  {
    method: 'get',
    path: '/{id}',
    summary: 'One delivery with its bytes.',
    needs: 'read',
    answers: { 200: { description: 'The delivery.', schema: details } },
  },
  {
    method: 'post',
    path: '/retry',
    summary: 'Try all that match again, or append events of an unmapped type under their new mapping.',
    needs: 'operate',
    body: bulkRetry,
    answers: {
      200: {
        description: 'What became of each, or of how many unmapped events.',
        schema: z.union([z.array(retried), remapped]),
      },
    },
    refusals,
  },
  {
    method: 'post',
    path: '/{id}/retry',
    summary: 'Try one again.',
    needs: 'operate',
    answers: tried,
    refusals,
  },
  {
    method: 'post',
    path: '/{id}/accept',
    summary: 'Append a conflicting one beside the first event of its id.',
    needs: 'operate',
    answers: tried,
    refusals,
  },
  {
    method: 'post',
    path: '/{id}/dismiss',
    summary: 'Let it be.',
    needs: 'operate',
    answers: { 204: { description: 'Done.' } },
    refusals: { 409: ['conflict'] },
  },
]);
