// Where the servers of `npm start` in this folder are: the defaults of the other examples.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function runningInstance() {
  try {
    return JSON.parse(readFileSync(join(process.env.CASETRAIL_DATA_DIR ?? '.data', 'run.json'), 'utf8'));
  } catch {
    return {};
  }
}

/** Until Ctrl-C or a failure: the exit code says which. */
export async function untilStopped(follower) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void follower.stop());
  await follower.done;
}
