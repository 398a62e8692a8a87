import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mutants from './mutants.json';

const sources = join(__dirname, '..', '..', 'src', 'domain');

/** What is checked here is that each bug can still be planted; that it is caught, `node test/sla/mutations.mjs` shows. */
describe('the list of bugs to plant', () => {
  it.each(mutants.map((mutant) => [mutant.bug, mutant] as const))(
    '%s',
    (_bug, { file, find, replace, caughtBy }) => {
      expect(readFileSync(join(sources, file), 'utf8').split(find)).toHaveLength(2);
      expect(replace).not.toBe(find);
      const spec = readFileSync(join(__dirname, caughtBy.spec), 'utf8');
      const isGolden = /G\d\d/.test(caughtBy.test);
      expect(isGolden || spec.includes(caughtBy.test)).toBe(true);
    },
  );
});
