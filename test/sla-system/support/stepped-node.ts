import { type Checkpoint } from '../../../src/followers/checkpoint';
import { PROJECTIONS, Projections } from '../../../src/followers/projections/projections';
import { type Incoming } from '../../../src/ledger/incoming';
import { allProjections } from '../../../src/projections';
import { SlaConfigStore } from '../../../src/sla/sla-config-store';
import { type TestDatabase } from '../../support/database';
import { openLedger, type TestLedger } from '../../support/ledger';
import { TEST_LANES } from '../../support/template';

/** A node whose projections move only when they are told to. */
export class SteppedNode {
  readonly #projections: Projections;
  #checkpoints: Checkpoint[] = [];

  private constructor(readonly own: TestLedger) {
    let now = 0;
    // Never twice the same instant: the configuration is read anew each time.
    const config = new SlaConfigStore(own.db, () => (now += 10_000));
    this.#projections = new Projections(own.db, allProjections(config, own.ledger));
  }

  /** Takes all lanes: whoever had them before is fenced out. */
  static async open(database: TestDatabase): Promise<SteppedNode> {
    const node = new SteppedNode(openLedger(database));
    node.#checkpoints = await node.own.db.query<Checkpoint & Record<string, unknown>>({
      text: `
        INSERT INTO es.follower (name, lane) SELECT $1, generate_series(0, $2 - 1)
        ON CONFLICT (name, lane) DO UPDATE SET epoch = es.follower.epoch + 1
        RETURNING name AS follower, lane, position, epoch`,
      values: [PROJECTIONS, TEST_LANES],
    });
    for (const checkpoint of node.#checkpoints) await node.#projections.opened(checkpoint);
    return node;
  }

  async stored(...events: readonly Incoming[]): Promise<void> {
    for (const event of events) await this.own.stored(event);
  }

  /** Brings the tables up to the log. */
  async project(): Promise<void> {
    for (const [index, checkpoint] of this.#checkpoints.entries()) {
      let position = checkpoint.position;
      for (;;) {
        const next = await this.#projections.advance({ ...checkpoint, position });
        if (next === position) break;
        position = next;
      }
      this.#checkpoints[index] = { ...checkpoint, position };
    }
  }

  async tick(): Promise<void> {
    for (const checkpoint of this.#checkpoints) await this.#projections.tick(checkpoint);
  }

  /** As time passes on a node that runs: whatever is due is told, and comes back. */
  async live(): Promise<void> {
    await this.project();
    await this.tick();
    await this.project();
  }

  close(): Promise<void> {
    return this.own.close();
  }
}
