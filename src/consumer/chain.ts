import { type IHeaders } from 'kafkajs';
import { type Bookmark } from './bookmark';

/** What the headers of a record say about its place. */
export interface Link {
  readonly position: number;
  /** `position` of the record before it on this topic and partition; 0 for the first. */
  readonly previous: number;
  readonly logId: string;
  /** 0 where the topic has no versions: rejected events have none. */
  readonly ticketVersion: number;
  /** A copy sent on purpose, outside the chain. */
  readonly isReplay: boolean;
}

/**
 * `gap`: records between two others are missing, or the first ones of the partition. `other_log`: another database
 * publishes to this topic now. `foreign`: a record that casetrail did not write.
 */
export interface Broken {
  readonly kind: 'gap' | 'other_log' | 'foreign';
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** The position or log id that should have come before this record, and the one that its headers name. */
  readonly expected: string;
  readonly found: string;
}

export class ChainBroken extends Error {
  override readonly name = 'ChainBroken';

  constructor(readonly broken: Broken) {
    const { kind, topic, partition, offset, expected, found } = broken;
    super(`${topic} partition ${partition} offset ${offset}: ${kind}, expected ${expected}, found ${found}`);
  }
}

export function header(headers: IHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name];
  return value === undefined ? undefined : String(Array.isArray(value) ? value[0] : value);
}

/** Null when the record is not casetrail's. */
export function linkOf(headers: IHeaders | undefined): Link | null {
  const position = Number(header(headers, 'ce_position'));
  const previous = Number(header(headers, 'ce_prevposition'));
  const logId = header(headers, 'ce_logid');
  const isLink = Number.isSafeInteger(position) && Number.isSafeInteger(previous) && position > previous;
  if (!isLink || logId === undefined) return null;
  const ticketVersion = Number(header(headers, 'ce_ticketversion') ?? 0);
  return { position, previous, logId, ticketVersion, isReplay: header(headers, 'replay') === 'true' };
}

/**
 * First copies come in order and each names the one before it, so one number a partition tells copies and losses apart.
 */
export function placeOf(
  link: Link,
  last: Bookmark | null,
): 'next' | 'copy' | Pick<Broken, 'kind' | 'expected' | 'found'> {
  if (last !== null && link.logId !== last.logId) {
    return { kind: 'other_log', expected: last.logId, found: link.logId };
  }
  const done = last?.position ?? 0;
  if (link.position <= done) return 'copy';
  if (link.previous === done) return 'next';
  return { kind: 'gap', expected: String(done), found: String(link.previous) };
}
