import { z } from 'zod';
import { CasetrailError } from '../../kernel/errors';
import { type Queryable } from '../../platform/postgres/database';
import { type Fault, fault } from './fault';
import { type LogFacts } from './read-log';

/**
 * Where the lanes ended at some time, kept outside the database: whoever can rewrite every row can't rewrite this.
 * Digests are in hex.
 */
const anchorSchema = z.object({
  log_id: z.uuid(),
  lanes: z.array(z.object({ lane: z.int(), last_position: z.int().min(0), digest: z.string() })),
  at: z.iso.datetime(),
});
export type Anchor = z.infer<typeof anchorSchema>;

export function parseAnchor(text: string): Anchor {
  try {
    return anchorSchema.parse(JSON.parse(text));
  } catch (thrown) {
    throw new CasetrailError('invalid_input', 'This is no anchor: verify --write-anchor <file> makes one.', {
      cause: thrown,
    });
  }
}

/** Of the ends that were read before the verification: everything up to there has been checked. */
export function anchorOf(log: LogFacts, at: Date): Anchor {
  return {
    log_id: log.logId,
    lanes: log.ends.map(({ lane, lastPosition, digest }) => ({
      lane,
      last_position: lastPosition,
      digest: digest?.toString('hex') ?? '',
    })),
    at: at.toISOString(),
  };
}

const APPEND_AT = {
  name: 'es_verify_append_at',
  text: `
    SELECT a.last_position AS last, a.digest FROM es.append a
    WHERE a.lane = $1 AND a.first_position <= $2 ORDER BY a.first_position DESC LIMIT 1`,
} as const;

/** Shows what the log alone can't: a tail that was cut off, and a chain that was made anew from some place on. */
export async function checkAnchor(db: Queryable, anchor: Anchor, log: LogFacts): Promise<Fault[]> {
  if (anchor.log_id !== log.logId) {
    return [fault('other_log', 0, 0, `the anchor is of log ${anchor.log_id}, this is log ${log.logId}`)];
  }
  const faults: Fault[] = [];
  for (const { lane, last_position: position, digest } of anchor.lanes) {
    if (position === 0) continue;
    const end = log.ends.find((one) => one.lane === lane)?.lastPosition ?? 0;
    if (end < position) {
      faults.push(fault('truncated', lane, end + 1, `the lane had ${position} events at ${anchor.at}`));
      continue;
    }
    const [row] = await db.query<{ last: number; digest: Buffer }>({
      ...APPEND_AT,
      values: [lane, position],
    });
    // Not only the last position of an append is seen with its digest: each record on the topic has it.
    if (row === undefined || row.last < position || row.digest.toString('hex') !== digest) {
      faults.push(fault('rewritten', lane, position, `not the chain that was seen at ${anchor.at}`));
    }
  }
  return faults;
}
