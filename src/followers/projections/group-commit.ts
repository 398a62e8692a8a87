import { settled } from '../../kernel/settled';
import { nextTurn } from '../../kernel/next-turn';
import { type Database } from '../../platform/postgres/database';
import { advanceCheckpoints, type Advance } from '../checkpoint';
import { commitBatch } from './commit-batch';
import { type Batch, type LaneProjector, writeTogether } from './lane-projector';

/** A lane's batch, and the move of its checkpoint that goes with it. */
export interface LaneCommit extends Advance {
  readonly projector: LaneProjector;
  readonly batch: Batch;
}

interface Waiting {
  readonly commit: LaneCommit;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Commits the batches of a node's lanes: while one transaction is under way the next gathers. A statement costs much and a row
 * little, so lanes that are woken together by one append had better share their statements too.
 */
export class GroupCommit {
  #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(private readonly db: Database) {}

  commit(commit: LaneCommit): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      await this.#settle(this.#waiting.splice(0));
    }
    this.#isRunning = false;
  }

  /** Whatever makes a group fail is found lane by lane, and hurts its own lane only. */
  async #settle(group: readonly Waiting[]): Promise<void> {
    if (group.length > 1 && (await this.#together(group.map(({ commit }) => commit)))) {
      for (const { resolve } of group) resolve();
      return;
    }
    await Promise.all(group.map(({ commit, resolve, reject }) => this.#alone(commit).then(resolve, reject)));
  }

  async #together(commits: readonly LaneCommit[]): Promise<boolean> {
    try {
      await this.db.transaction(async (tx) => {
        // The fence is the first statement, and all others are on their way behind it: a fence that fails undoes them.
        await settled(advanceCheckpoints(tx, commits), writeTogether(tx, commits));
      });
    } catch {
      return false;
    }
    for (const { projector, batch } of commits) projector.settle(batch);
    return true;
  }

  #alone(commit: LaneCommit): Promise<void> {
    const { projector, batch } = commit;
    return commitBatch(projector, batch, (write) =>
      this.db.transaction(async (tx) => {
        await advanceCheckpoints(tx, [commit]);
        await write(tx);
      }),
    );
  }
}
