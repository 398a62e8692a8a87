// `npm run test:faults [-- --seconds 60]`: two nodes and their PostgreSQL under load, killed with -9 at random; see
// test/faults/fault-run.ts. `npm run test:faults -- relay [--seconds 300] [--away 30]`: the way to Kafka under faults; see
// test/faults/relay/relay-run.ts. Runs what is in dist/.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const [suite] = process.argv.slice(2);
if (suite === 'relay') process.argv.splice(2, 1);
const script = suite === 'relay' ? '../test/faults/relay/run.ts' : '../test/faults/run.ts';
process.argv.splice(2, 0, fileURLToPath(import.meta.resolve(script)));
createRequire(import.meta.url)('../test/runtime/run-typescript.cjs');
