import { Inject, Injectable } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { READ_DATABASE, type Database } from '../../platform/postgres/database';
import { type JsonRow, withUtcInstants } from '../utc-instants';

const text = z.string().nullable();
const maybeAt = z.iso.datetime().nullable();
const count = z.int();

/** A row of rpt.agent. */
export const agentView = z.object({
  tenant_id: z.string(),
  agent_id: z.string(),
  presence: text.describe('online, busy, offline … as last sent'),
  presence_since: maybeAt,
  open_tickets: count,
  status_open: count,
  status_assigned: count,
  status_in_progress: count,
  status_pending: count,
  status_on_hold: count,
  turns_waiting: count.describe('Tickets whose customer waits for an answer.'),
  oldest_waiting_since: maybeAt,
  last_activity_at: maybeAt,
});

/** A row of rpt.queue. */
export const queueView = z.object({
  tenant_id: z.string(),
  channel_type: text,
  team_id: text,
  open_tickets: count,
  unassigned: count,
  oldest_unassigned_created_at: maybeAt,
  customers_waiting: count,
  customers_waiting_unassigned: count,
  oldest_waiting_since: maybeAt,
});

export interface Workload {
  readonly items: readonly JsonRow[];
}

/** A null tenant may see all. */
export class ListAgents extends Query<Workload> {
  constructor(readonly tenant: string | null) {
    super();
  }
}

export class ListQueues extends Query<Workload> {
  constructor(readonly tenant: string | null) {
    super();
  }
}

const AGENTS = {
  name: 'rpt_agents',
  text: `
    SELECT to_json(a) AS item FROM rpt.agent a
    WHERE $1::text IS NULL OR a.tenant_id = $1 ORDER BY a.tenant_id, a.agent_id`,
} as const;

const QUEUES = {
  name: 'rpt_queues',
  text: `
    SELECT to_json(q) AS item FROM rpt.queue q
    WHERE $1::text IS NULL OR q.tenant_id = $1 ORDER BY q.tenant_id, q.channel_type, q.team_id`,
} as const;

@Injectable()
@QueryHandler(ListAgents)
export class ListAgentsHandler implements IQueryHandler<ListAgents> {
  constructor(@Inject(READ_DATABASE) private readonly db: Database) {}

  async execute({ tenant }: ListAgents): Promise<Workload> {
    return { items: itemsOf(await this.db.query({ ...AGENTS, values: [tenant] })) };
  }
}

@Injectable()
@QueryHandler(ListQueues)
export class ListQueuesHandler implements IQueryHandler<ListQueues> {
  constructor(@Inject(READ_DATABASE) private readonly db: Database) {}

  async execute({ tenant }: ListQueues): Promise<Workload> {
    return { items: itemsOf(await this.db.query({ ...QUEUES, values: [tenant] })) };
  }
}

function itemsOf(rows: readonly { item: JsonRow }[]): JsonRow[] {
  return rows.map(({ item }) => withUtcInstants(item));
}
