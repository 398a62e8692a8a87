import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coveragePage } from './coverage';
import { makeVectors } from './make-vectors';

const made = makeVectors();
for (const [profile, vectors] of made) {
  writeFileSync(join(__dirname, `${profile}.json`), `${JSON.stringify(vectors, null, 1)}\n`);
}
writeFileSync(join(__dirname, 'coverage.md'), coveragePage(made));
