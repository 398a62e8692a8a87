import { z } from 'zod';
import { statuses } from '../../domain/lifecycle';
import { cursor } from '../../platform/http/cursor';
import { instant, pageSize, plainText, readOptions, several } from '../http/query-fields';
import { statusCategories } from './ticket-view';

/** The assignee of a ticket that waits in the queue. */
export const NOBODY = 'none';

export const ticketQuery = z.strictObject({
  status: several(z.enum(statuses)).describe('One or several.').optional(),
  status_category: several(z.enum(statusCategories)).describe('One or several.').optional(),
  assignee: plainText.describe('An agent id; `none` for the tickets that nobody owns.').optional(),
  channel: plainText.describe('The channel_type.').optional(),
  tenant: plainText.optional(),
  source: plainText.optional(),
  priority: plainText.optional(),
  created_from: instant.describe('created_at, this instant included.').optional(),
  created_to: instant.describe('created_at, this instant not included.').optional(),
  updated_from: instant.describe('last_event_at, this instant included.').optional(),
  is_diverged: z.enum(['true', 'false']).describe('The sender claims another status.').optional(),
  sort: z
    .enum(['-created_at', 'created_at', '-last_event_at', 'last_event_at'])
    .default('-created_at')
    .describe(
      'With a minus: the latest first. By created_at a ticket keeps its place from page to page. By last_event_at it moves ' +
        'with each event: to miss none, read upwards (a ticket that moved comes again further on).',
    ),
  limit: pageSize,
  cursor: cursor.optional(),
  ...readOptions,
});

export type TicketQuery = z.output<typeof ticketQuery>;

/** What makes two requests pages of one list. */
export type TicketFilter = Omit<TicketQuery, 'limit' | 'cursor' | 'at_least'>;
