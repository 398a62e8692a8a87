import { type FactFields, factOf } from '../../src/domain/fact';
import { judge } from '../../src/domain/judge';
import { type TicketHead } from '../../src/domain/ticket-head';
import { laneOf } from '../../src/kernel/ticket-key';
import { type Incoming } from '../../src/ledger/incoming';
import { type Outcome } from '../../src/ledger/outcome';
import { type PeerStore, servePeer } from './front';

const LANES = 8;

/**
 * The store switched off: judges by heads in memory and answers at once. Left out: salts, content hashes, canonical JSON
 * of data and personal part, natural keys, the queue and its batches, encoding, PostgreSQL, and the wait for it.
 */
class MemoryStore implements PeerStore {
  readonly #heads = new Map<string, TicketHead>();
  readonly #positions = Array.from({ length: LANES }, () => 0);

  append(incoming: Incoming): Promise<Outcome> {
    const head = this.#heads.get(incoming.partitionKey) ?? null;
    const ref = `${incoming.source}/${incoming.dedupeKey}`;
    const judged = judge(head, factOf({ ...incoming, ref } as unknown as FactFields));
    if (judged === null) return Promise.reject(new Error('the ceiling keeps no history'));
    this.#heads.set(incoming.partitionKey, judged.head);
    const lane = laneOf(incoming.partitionKey, LANES);
    const position = (this.#positions[lane] ?? 0) + 1;
    this.#positions[lane] = position;
    const { verdict, reason, type, after, head: next } = judged;
    const receipt = {
      lane,
      position,
      eventId: incoming.eventId,
      type,
      version: next.version,
      verdict,
      reason,
      after,
    };
    return Promise.resolve({ kind: 'stored', receipt });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

void servePeer(() => Promise.resolve(new MemoryStore()));
