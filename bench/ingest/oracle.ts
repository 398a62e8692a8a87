import { laneFaults, storedFaults } from '../support/oracle';
import { type Contender } from './contenders';

/** What is wrong with what a contender acknowledged and stored. */
export async function faultsOf({ name, load, db, eventIds }: Contender): Promise<string[]> {
  const faults = [...load.faults];
  if (load.acknowledged.size === 0) faults.push('acknowledged nothing');
  if (eventIds !== null) faults.push(...(await storedFaults(db, eventIds, load.acknowledged, load.sent)));
  if (name === 'casetrail') faults.push(...(await laneFaults(db)));
  return faults.map((fault) => `${name}: ${fault}`);
}
