import { Client } from 'pg';
import { type Queryable } from '../../../src/platform/postgres/database';

/** One access of an executed plan to a table of ours. */
export interface Access {
  readonly table: string;
  readonly node: string;
  /** The statement, so that a failing test shows which. */
  readonly query: string;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly Plans?: readonly PlanNode[];
}

export interface WatchedSession extends Queryable {
  /** How tables were read by all statements so far, those inside functions too; forgets them. */
  accesses(): Access[];
  close(): Promise<void>;
}

const SETTINGS = [
  `LOAD 'auto_explain'`,
  'SET auto_explain.log_min_duration = 0',
  'SET auto_explain.log_nested_statements = on',
  // Verbose: with the schema of each table.
  'SET auto_explain.log_verbose = on',
  'SET auto_explain.log_format = json',
  'SET auto_explain.log_level = notice',
  'SET ROLE casetrail_app',
];

/**
 * A session whose every plan is reported as it was executed, by auto_explain: an EXPLAIN beside it would be planned
 * with other parameters, and can't look into functions at all.
 */
export async function watchPlans(url: string): Promise<WatchedSession> {
  const client = new Client({ connectionString: url, application_name: 'test-plans' });
  let found: Access[] = [];
  client.on('notice', ({ message }) => {
    const json = message?.slice(message.indexOf('{'));
    if (json === undefined || message?.includes('plan:') !== true) return;
    const { 'Query Text': query, Plan: plan } = JSON.parse(json) as { 'Query Text': string; Plan: PlanNode };
    found.push(...accessesOf(plan, query));
  });
  await client.connect();
  for (const setting of SETTINGS) await client.query(setting);
  return {
    query: async (statement) => {
      const { name, text, values = [] } = statement;
      const result = await client.query({
        text,
        values: [...values],
        ...(name === undefined ? {} : { name }),
      });
      return result.rows as never[];
    },
    accesses: () => {
      const seen = found;
      found = [];
      return seen;
    },
    close: () => client.end(),
  };
}

function accessesOf(node: PlanNode, query: string): Access[] {
  const below = (node.Plans ?? []).flatMap((plan) => accessesOf(plan, query));
  const table = node['Relation Name'];
  if (table === undefined || node.Schema !== 'es' || node['Node Type'] === 'ModifyTable') return below;
  return [
    { table, node: node['Node Type'], query: query.trim().replaceAll(/\s+/g, ' ').slice(0, 300) },
    ...below,
  ];
}
