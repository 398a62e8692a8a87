// `npm run test:faults [-- --seconds 60]`: two nodes and their PostgreSQL under load, killed with -9 at random; see
// test/faults/fault-run.ts. `npm run test:faults -- relay [--seconds 300] [--away 30]`: the way to Kafka under faults; see
// test/faults/relay/relay-run.ts. `npm run test:faults -- relay --backlog [--events 200000]`: a log that grows while Kafka is
// away; see test/faults/relay/backlog-run.ts. Runs what is in dist/.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const nodes = import.meta.resolve('../test/faults/run.ts');
const relay = import.meta.resolve('../test/faults/relay/run.ts');

const isRelay = process.argv[2] === 'relay';
process.argv.splice(2, isRelay ? 1 : 0, fileURLToPath(isRelay ? relay : nodes));
createRequire(import.meta.url)('../test/runtime/run-typescript.cjs');
