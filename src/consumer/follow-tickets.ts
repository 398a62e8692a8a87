import { type FollowOptions, type TicketFollower } from './follow-options';
import { Follower } from './follower';

/** Follows the ticket topic: see docs/consumers.md for what it promises. */
export async function followTickets(options: FollowOptions): Promise<TicketFollower> {
  const follower = new Follower(options);
  await follower.start();
  return follower;
}
