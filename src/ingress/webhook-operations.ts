import { z } from 'zod';
import { operationsUnder, problemSchema, type Refusals } from '../platform/http/openapi';
import { ANSWER_STATUSES, REFUSALS } from './codes';

const VERDICTS = ['accepted', 'accepted_gap', 'noop', 'rejected'] as const;

export const webhookAnswer = z.object({
  status: z.enum(ANSWER_STATUSES),
  verdict: z.enum(VERDICTS).nullable(),
  reason: z.string().optional(),
  event_id: z.guid().nullable(),
  position: z.string().nullable().describe('lane:position'),
  duplicate_of: z.guid().nullable(),
  current_verdict: z.enum(VERDICTS).nullable().optional(),
  code: z.string().optional().describe('Of a quarantined one: what a strict source is refused with.'),
  detail: z.string().optional(),
  errors: problemSchema.shape.errors,
  receipt_id: z.uuid().describe('Also in the header X-Receipt-Id.'),
});

/** Every code by its status, as the check table has them. */
function refusalsByStatus(): Refusals {
  const byStatus = new Map<number, string[]>();
  for (const [code, { status }] of Object.entries(REFUSALS))
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  return Object.fromEntries(byStatus);
}

export const webhookOperations = operationsUnder(
  '/v1/ingress/{source}',
  'Webhooks',
  ['', '/webhook', '/callback'].map((path) => ({
    method: 'post',
    path,
    summary: 'Deliver one webhook in the dialect of the source.',
    needs: 'public',
    body: z
      .record(z.string(), z.unknown())
      .describe('What the sender of this profile posts (docs/sources.md).'),
    answers: {
      200: {
        description: 'Stored, known, held or set aside: it need not be sent again.',
        schema: webhookAnswer,
        headers: { 'X-Receipt-Id': 'Names this delivery, in refusals too.' },
      },
    },
    refusals: refusalsByStatus(),
  })),
);
