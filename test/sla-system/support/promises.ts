import { type Database } from '../../../src/platform/postgres/database';
import { freshDatabase, type TestDatabase } from '../../support/database';
import { apply, policy } from './past';
import { SteppedNode } from './stepped-node';

/** A node to itself, with promises for the tenant acme. */
export function promises(): {
  readonly node: SteppedNode;
  readonly db: Database;
  readonly database: TestDatabase;
} {
  const database = freshDatabase();
  let node: SteppedNode | undefined;
  const opened = (): SteppedNode => {
    if (node === undefined) throw new Error('the node is opened in beforeAll');
    return node;
  };
  beforeAll(async () => {
    node = await SteppedNode.open(database);
    await apply(node.own.db, { policy, tenant: 'acme' });
  });
  afterAll(() => node?.close());
  return {
    database,
    get node() {
      return opened();
    },
    get db() {
      return opened().own.db;
    },
  };
}
