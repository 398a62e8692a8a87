import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeVectors } from './make-vectors';

for (const [profile, vectors] of makeVectors()) {
  writeFileSync(join(__dirname, `${profile}.json`), `${JSON.stringify(vectors, null, 1)}\n`);
}
