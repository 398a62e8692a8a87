import { Chore } from '../kernel/chore';
import { asError } from '../kernel/errors';
import { type Database } from '../platform/postgres/database';
import { extendHours } from './open-hours';
import { lockSla } from './sla-version-store';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Once a day: keeps opening hours laid out two years ahead. The lock lets one node in at a time. */
export function hoursKeeper(db: Database, log: (message: string) => void): Chore {
  return new Chore({
    everyMs: DAY,
    firstMs: 5 * SECOND,
    retryMs: MINUTE,
    turn: () => db.transaction(async (tx) => extendHours(tx, await lockSla(tx))),
    onFailing: (thrown) => log(`opening hours were not laid out further: ${asError(thrown).message}`),
  });
}
