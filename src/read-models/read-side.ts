import { FindTicketHandler } from './ticket/find-ticket';
import { ListTicketsHandler } from './ticket/list-tickets';
import { TicketController } from './ticket/ticket.controller';
import { TicketTimelineHandler } from './timeline/ticket-timeline';
import { TimelineController } from './timeline/timeline.controller';
import { ListAgentsHandler, ListQueuesHandler } from './workload/workload';
import { WorkloadController } from './workload/workload.controller';

/** What the app shows of the read models over HTTP. */
export const readControllers = [TicketController, TimelineController, WorkloadController];
export const readHandlers = [
  FindTicketHandler,
  ListTicketsHandler,
  TicketTimelineHandler,
  ListAgentsHandler,
  ListQueuesHandler,
];
