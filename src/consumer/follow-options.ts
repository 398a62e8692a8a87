import { type ConsumerConfig, type Kafka } from 'kafkajs';
import { type BookmarkStore } from './bookmark';
import { type Broken } from './chain';
import { type Handler } from './handling';

export interface FollowOptions {
  /** Your own kafkajs client, with your brokers, TLS and credentials. */
  readonly kafka: Kafka;
  /** Members of one group share the partitions. A new group starts at the beginning of the topic. */
  readonly groupId: string;
  /** `casetrail.ticket-events.v1` unless the deployment has another prefix. */
  readonly topic?: string;
  /**
   * Gets each event once, a ticket's events in order. After a crash, or when the group gave the partition away during a call,
   * events since the last commit may be handled again, unless `bookmarks` are stored by the handler itself.
   */
  readonly handle: Handler;
  /**
   * The `ticketversion` that you have of a ticket, null when you have none. When it is given, only events above it reach
   * the handler, and records of `relay replay` reach it at all.
   */
  readonly versionOf?: (ticket: string) => Promise<number | null> | number | null;
  readonly bookmarks?: BookmarkStore;
  /** Where to put a ticket's events from the one on that could not be handled. Without it the follower stops there. */
  readonly parkingTopic?: string;
  /** How often an event is tried before it is parked; 3. */
  readonly attempts?: number;
  /** Whether an error is the event's fault. What is not (a database that is away) is tried again for ever. */
  readonly isPoison?: (error: unknown) => boolean;
  readonly onParked?: (ticket: string, error: unknown) => void;
  /** Something is missing or not casetrail's. Return to go on behind it; without it, or when it throws, the follower stops. */
  readonly onBroken?: (broken: Broken) => Promise<void> | void;
  /** Further settings of the kafkajs consumer. */
  readonly consumer?: Omit<ConsumerConfig, 'groupId'>;
  /** How many partitions are handled at the same time; 1. */
  readonly concurrency?: number;
}

export interface TicketFollower {
  /** Resolves after `stop`, rejects when the follower had to stop by itself. */
  readonly done: Promise<void>;
  /** Finishes the event under way, commits, leaves the group. The handler must not wait for it. */
  stop(): Promise<void>;
}
