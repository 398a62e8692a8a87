import { z } from 'zod';
import { notModified } from '../platform/http/conditional';
import { type Operation } from '../platform/http/openapi';
import { oneTicketQuery } from './ticket/ticket.controller';
import { ticketQuery } from './ticket/ticket-query';
import { ticketView } from './ticket/ticket-view';
import { timelinePage } from './timeline/timeline-entry';
import { timelineQuery } from './timeline/timeline.controller';
import { agentView, queueView } from './workload/workload';
import { workloadQuery } from './workload/workload.controller';

/** Each has an ETag, and takes ?at_least, which may run out of patience. */
const reading = (
  path: string,
  summary: string,
  query: z.ZodObject,
  description: string,
  schema: z.ZodType,
  refusals: Operation['refusals'] = {},
): Operation => ({
  method: 'get',
  path,
  tag: path.startsWith('/v1/tickets') ? 'Tickets' : 'Workload',
  summary,
  needs: 'read',
  query,
  answers: { 200: { description, schema }, ...notModified },
  refusals: { 503: ['not_yet_visible'], ...refusals },
});

const ofOneTicket = { 409: ['ambiguous_ticket'] };

export const readOperations: readonly Operation[] = [
  reading(
    '/v1/tickets',
    'Tickets by filter, a page at a time.',
    ticketQuery,
    'One page; `next` is the cursor of the following one, null at the end.',
    z.object({ items: z.array(ticketView), next: z.string().nullable() }),
  ),
  reading(
    '/v1/tickets/{id}',
    'One ticket, by its id or its URL-encoded key.',
    oneTicketQuery,
    'The columns of rpt.ticket. Its ETag changes with each of its events.',
    ticketView,
    ofOneTicket,
  ),
  reading(
    '/v1/tickets/{id}/timeline',
    'What happened to a ticket, in the order in which it happened, with texts and names.',
    timelineQuery,
    'One page, the earliest first. The entries of view=customer are the shorter ones.',
    timelinePage,
    ofOneTicket,
  ),
  reading(
    '/v1/agents',
    'What waits for each agent now, and who is there.',
    workloadQuery,
    'The rows of rpt.agent.',
    z.object({ items: z.array(agentView) }),
  ),
  reading(
    '/v1/queues',
    'Who waits, by tenant, channel and team.',
    workloadQuery,
    'The rows of rpt.queue: what has tickets that are not done.',
    z.object({ items: z.array(queueView) }),
  ),
];
