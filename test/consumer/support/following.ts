import { randomUUID } from 'node:crypto';
import { type FollowOptions, followTickets, type TicketFollower } from '../../../src/consumer/public-api';
import { kafkaOfTests } from '../../relay/support/topic-reader';
import { eventually } from '../../support/eventually';

/** A follower that notes what reaches its handler. */
export interface Following extends TicketFollower {
  readonly handled: string[];
  /** Waits for them, and finds out if more come than these. */
  seen(ids: readonly string[]): Promise<void>;
}

const PATIENCE_MS = 20_000;

export async function following(
  topic: string,
  options: Partial<FollowOptions> & { readonly fails?: (id: string) => void } = {},
): Promise<Following> {
  const handled: string[] = [];
  const { fails, ...given } = options;
  const follower = await followTickets({
    kafka: kafkaOfTests(),
    groupId: `group-${randomUUID()}`,
    topic,
    handle: ({ id }) => {
      fails?.(id);
      handled.push(id);
    },
    ...given,
  });
  return {
    done: follower.done,
    stop: () => follower.stop(),
    handled,
    seen: async (ids) => {
      await eventually(() => expect(handled.length).toBeGreaterThanOrEqual(ids.length), PATIENCE_MS);
      expect(handled).toEqual(ids);
    },
  };
}
