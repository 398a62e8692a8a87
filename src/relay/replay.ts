import { backoffMs, pause } from '../kernel/backoff';
import { CasetrailError } from '../kernel/errors';
import { laneOf, ticketKey } from '../kernel/ticket-key';
import { type KafkaRecord } from '../platform/kafka/kafka-record';
import { UnknownOutcome } from '../platform/kafka/kafka-error';
import { type KafkaTopic } from '../platform/kafka/kafka-topic';
import { REPLAY_HEADER } from '../platform/kafka/partition-tail';
import { type Queryable } from '../platform/postgres/database';
import { batchesOf } from './batch';
import { type PersonalData, readSlice, readTicketEvents } from './lane-slice';
import { readLogIdentity } from './log-identity';
import { type TopicKind } from './relay-topic';
import { type RelayedEvent } from './ticket-record';

const SECOND = 1000;
const ATTEMPTS = 10;

export interface ReplayRequest {
  readonly kind: TopicKind;
  readonly personalData: PersonalData;
  /** Positions from this one on, of one lane or (null) of each. */
  readonly from?: { readonly lane: number | null; readonly position: number };
  readonly ticket?: { readonly tenant: string; readonly ticketId: string };
  /** The relay publishes to this topic too: what is replayed must not pass for its own. */
  readonly isLive: boolean;
}

type Target = Pick<KafkaTopic, 'name' | 'ensure' | 'partitions' | 'tailOf' | 'publish'>;

interface Run {
  readonly db: Queryable;
  readonly target: Target;
  readonly request: ReplayRequest;
  readonly logId: string;
  readonly partitions: number;
  readonly lanes: number;
  /** Undefined: the whole chain is published, as the relay would. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly onProgress: (positions: number, events: number) => void;
}

export interface Replayed {
  readonly events: number;
  /** False: every record bears the header replay=true, and is outside the chain. */
  readonly isWhole: boolean;
}

/**
 * Publishes stored events once more. All of them, to a topic of their own, make that topic what the relay's is; any choice
 * of them is marked, for it has gaps. An interrupted replay is begun again: second copies harm nobody.
 */
export async function replay(
  db: Queryable,
  target: Target,
  request: ReplayRequest,
  onProgress: (share: number, events: number) => void,
): Promise<Replayed> {
  const isWhole = request.from === undefined && request.ticket === undefined && !request.isLive;
  const { logId, lanes } = await readLogIdentity(db);
  refuseLane(request, lanes);
  const found = await target.partitions();
  if (isWhole || found === undefined) await target.ensure();
  if (isWhole) await refuseForeign(target, logId, lanes);
  const heads = await readHeads(db);
  let [positions, events] = [0, 0];
  const all = [...heads.values()].reduce((sum, head) => sum + head, 0);
  const run: Run = {
    db,
    target,
    request,
    logId,
    partitions: found ?? lanes,
    lanes,
    headers: isWhole ? undefined : { [REPLAY_HEADER]: 'true' },
    onProgress: (morePositions, moreEvents) => {
      positions += morePositions;
      events += moreEvents;
      onProgress(all === 0 ? 1 : positions / all, events);
    },
  };
  if (request.ticket === undefined) await replayLanes(run, heads);
  else await replayTicket(run, request.ticket, all);
  return { events, isWhole };
}

function refuseLane({ from }: ReplayRequest, lanes: number): void {
  const lane = from?.lane ?? 0;
  if (lane < lanes) return;
  throw new CasetrailError('invalid_input', `There is no lane ${lane}: they are 0 to ${lanes - 1}.`);
}

async function refuseForeign(target: Target, logId: string, lanes: number): Promise<void> {
  const tails = await Promise.all(Array.from({ length: lanes }, (_, partition) => target.tailOf(partition)));
  const foreign = tails.findIndex(({ last }) => last !== null && last.headers['ce_logid'] !== logId);
  if (foreign === -1) return;
  const message = `Topic ${target.name} partition ${foreign} holds records of another log. Replay to an empty or new topic.`;
  throw new CasetrailError('conflict', message);
}

const HEADS = {
  name: 'relay_heads',
  text: `SELECT a.lane, max(a.last_position) AS head FROM es.append a GROUP BY a.lane ORDER BY a.lane`,
} as const;

/** By lane. What is stored later is not replayed. */
async function readHeads(db: Queryable): Promise<Map<number, number>> {
  const rows = await db.query<{ lane: number; head: number }>(HEADS);
  return new Map(rows.map(({ lane, head }) => [lane, head]));
}

async function replayLanes(run: Run, heads: ReadonlyMap<number, number>): Promise<void> {
  const lanes = [...heads];
  if (run.partitions === run.lanes) {
    await Promise.all(lanes.map(([lane, head]) => replayLane(run, lane, head)));
    return;
  }
  // Lanes share partitions there, and a partition takes one batch at a time.
  for (const [lane, head] of lanes) await replayLane(run, lane, head);
}

async function replayLane(run: Run, lane: number, head: number): Promise<void> {
  const { from, kind, personalData } = run.request;
  const isAsked = from === undefined || from.lane === null || from.lane === lane;
  let position = isAsked ? Math.min(head, Math.max(0, (from?.position ?? 1) - 1)) : head;
  run.onProgress(position, 0);
  while (position < head) {
    const slice = await readSlice(run.db, { kind, lane, after: position, to: head, personalData });
    await publish(run, lane, slice.events);
    run.onProgress(slice.last - position, slice.events.length);
    position = slice.last;
  }
}

async function replayTicket(
  run: Run,
  { tenant, ticketId }: NonNullable<ReplayRequest['ticket']>,
  all: number,
): Promise<void> {
  const { kind, personalData, from } = run.request;
  const lane = laneOf(ticketKey(tenant, ticketId), run.lanes);
  const isAsked = from === undefined || from.lane === null || from.lane === lane;
  const after = Math.max(0, (from?.position ?? 1) - 1);
  const events = isAsked
    ? await readTicketEvents(run.db, { kind, personalData, tenant, ticketId, after })
    : [];
  await publish(run, lane, events);
  run.onProgress(all, events.length);
}

async function publish(run: Run, lane: number, events: readonly RelayedEvent[]): Promise<void> {
  const { target, logId, headers, partitions, lanes } = run;
  for (const { records } of batchesOf(events, { logId, ...(headers === undefined ? {} : { headers }) })) {
    if (partitions === lanes) await publishSurely(target, lane, records);
    else
      for (const [partition, part] of byPartition(records, partitions))
        await publishSurely(target, partition, part);
  }
}

/** In a topic of other partitions each ticket goes where Kafka's default partitioner would put it. */
function byPartition(records: readonly KafkaRecord[], partitions: number): Map<number, KafkaRecord[]> {
  const found = new Map<number, KafkaRecord[]>();
  for (const record of records) {
    const partition = laneOf(record.key, partitions);
    const before = found.get(partition);
    if (before === undefined) found.set(partition, [record]);
    else before.push(record);
  }
  return found;
}

/** The same batch again until it is acked: on a new producer each time, so at worst it is there twice. */
async function publishSurely(
  target: Target,
  partition: number,
  records: readonly KafkaRecord[],
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await target.publish(partition, records);
      return;
    } catch (thrown) {
      if (!(thrown instanceof UnknownOutcome) || attempt === ATTEMPTS) throw thrown;
      await pause(backoffMs(attempt, 100, 5 * SECOND, Math.random));
    }
  }
}
