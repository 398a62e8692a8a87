// `npm run test:faults [-- --seconds 60]`: two nodes and their PostgreSQL under load, killed with -9 at random; see
// test/faults/fault-run.ts. Runs what is in dist/.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

process.argv.splice(2, 0, fileURLToPath(import.meta.resolve('../test/faults/run.ts')));
createRequire(import.meta.url)('../test/runtime/run-typescript.cjs');
