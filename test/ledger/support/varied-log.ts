import { type Receipt } from '../../../src/ledger/outcome';
import { created, event, message, status } from '../../support/events';
import { type TestLedger } from '../../support/ledger';

export interface VariedLog {
  /** The fourth of seven events of ticket V-1, each of them in an append of its own. */
  readonly middle: Receipt;
  /** The last event of V-1 and of its lane. */
  readonly last: Receipt;
  readonly rejected: Receipt;
  /** Of no ticket. */
  readonly ticketless: Receipt;
}

/** A little of everything: rejections, a late event with its announcement, presence, many lanes, appends of all sizes. */
export async function writeVariedLog(node: TestLedger): Promise<VariedLog> {
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      await node.stored(created(`M-${i}`));
      await Promise.all([
        node.stored(status(`M-${i}`, 1, 'open', 'in_progress')),
        node.stored(message(`M-${i}`, 2, 'm1')),
      ]);
      await node.stored(status(`M-${i}`, 3, 'in_progress', i % 3 === 0 ? 'archived' : 'resolved'));
    }),
  );
  await node.stored(created('L-1'));
  await node.stored(status('L-1', 2, 'open', 'resolved'));
  await node.stored(status('L-1', 10, 'pending', 'on_hold'));
  await node.stored(status('L-1', 5, 'resolved', 'in_progress'));
  const ticketless = await node.stored(event('agent.status_changed', null, 0));
  await node.stored(event('agent.status_changed', null, 1));
  await node.stored(created('V-1'));
  await node.stored(message('V-1', 1, 'm1'));
  const rejected = await node.stored(status('V-1', 2, 'open', 'archived'));
  const middle = await node.stored(status('V-1', 3, 'open', 'in_progress'));
  await node.stored(event('agent.assigned', 'V-1', 4));
  await node.stored(message('V-1', 5, 'm2'));
  const last = await node.stored(message('V-1', 6, 'm3'));
  return { middle, last, rejected, ticketless };
}
