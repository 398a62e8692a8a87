import { z } from 'zod';
import { notModified } from '../../platform/http/conditional';
import { type Operation } from '../../platform/http/openapi';
import { figuresQuery } from './figures.controller';
import { complianceLine, complianceQuery } from './sla-compliance';

const explained = z.object({
  ticket: z.string().describe('Its key.'),
  as_of: z.iso.datetime(),
  figures: z.record(z.string(), z.unknown()).describe('By name; null where there is none.'),
  because: z.looseObject({
    configuration: z.record(z.string(), z.unknown()),
    figures: z
      .record(z.string(), z.unknown())
      .describe('By the name of the figure: the events and segments behind it.'),
  }),
});

export const figuresOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/tickets/{id}/sla',
    tag: 'Tickets',
    summary: 'Every figure of a ticket, with the events and clock segments behind it.',
    needs: 'read',
    query: figuresQuery,
    answers: {
      200: {
        description:
          'As casetrail explain --json prints it, straight from the log. Its ETag changes with the figures, and not with as_of alone.',
        schema: explained,
      },
      ...notModified,
    },
    refusals: { 409: ['ambiguous_ticket'] },
  },
  {
    method: 'get',
    path: '/v1/sla/compliance',
    tag: 'SLA',
    summary: 'How many promises were kept.',
    needs: 'read',
    query: complianceQuery,
    answers: {
      200: {
        description:
          'A line a metric and group. Responses count on the day the customer began to wait, resolutions on the day they ended.',
        schema: z.object({ items: z.array(complianceLine) }),
      },
      ...notModified,
    },
  },
];
