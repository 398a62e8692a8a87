import { laneFaults, storedFaults } from '../support/oracle';
import { type Contender } from './contenders';

/** What is wrong with what a contender acknowledged and stored. */
export async function faultsOf({ name, load, store }: Contender): Promise<string[]> {
  const faults = [...load.faults];
  if (store !== null)
    faults.push(...(await storedFaults(store.db, store.eventIds, load.acknowledged, load.sent)));
  if (store !== null && name === 'casetrail') faults.push(...(await laneFaults(store.db)));
  return faults.map((fault) => `${name}: ${fault}`);
}
