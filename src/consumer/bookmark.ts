import { type Admin, type Kafka } from 'kafkajs';

/** Up to where a partition is done: the last record of the chain, and the offset of the last record of any kind. */
export interface Bookmark {
  readonly topic: string;
  readonly partition: number;
  /** Decimal, as Kafka has it. What comes next is behind it. */
  readonly offset: string;
  /** `position` of the last event that was handled, parked or skipped by its version; 0 = none yet. */
  readonly position: number;
  /** `logid` of that event. */
  readonly logId: string;
}

/**
 * Where bookmarks are when not in Kafka's consumer group: in the database that the handler writes to. The handler then
 * stores `context.bookmark` in its own transaction, and each event takes effect exactly once.
 */
export interface BookmarkStore {
  /** Null when nothing is stored for the partition. */
  load(topic: string, partition: number): Promise<Bookmark | null>;
  /**
   * Called instead of the handler for an event that was parked or that `versionOf` made superfluous. Compare and set: it throws
   * when the store does not hold `previous` (null: nothing), because another member has the partition then and may be further.
   */
  save(bookmark: Bookmark, previous: Bookmark | null): Promise<void>;
}

const METADATA = /^casetrail (\S+) (\d+)$/;

/** Kafka keeps a note of ours with each committed offset; so the chain can be checked across a restart. */
export function metadataOf({ logId, position }: Bookmark): string {
  return `casetrail ${logId} ${position}`;
}

/** The bookmark that the group committed; null when it never did, or did so by another program. */
export async function committedBookmark(
  kafka: Pick<Kafka, 'admin'>,
  groupId: string,
  topic: string,
  partition: number,
): Promise<Bookmark | null> {
  const admin: Admin = kafka.admin();
  await admin.connect();
  try {
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const committed = found?.partitions.find((each) => each.partition === partition);
    const [, logId, position] = METADATA.exec(committed?.metadata ?? '') ?? [];
    if (committed === undefined || logId === undefined) return null;
    return { topic, partition, offset: before(committed.offset), position: Number(position), logId };
  } finally {
    await admin.disconnect();
  }
}

/**
 * What was done here counts though it could not be committed any more, unless another member is further. Else an event that
 * takes longer than the session would be handled again and again.
 */
export function further(committed: Bookmark | null, done: Bookmark | undefined): Bookmark | null {
  if (done === undefined) return committed;
  if (committed === null) return done;
  return committed.logId === done.logId && committed.position < done.position ? done : committed;
}

/** A group commits the offset of what comes next. */
export function behind(offset: string): string {
  return String(BigInt(offset) + 1n);
}

function before(offset: string): string {
  return String(BigInt(offset) - 1n);
}
