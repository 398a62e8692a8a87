import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleBody } from '../../src/cli/sample';
import { policyOf } from '../../src/ingress/sources/policy';
import { sourceSettings } from '../../src/ingress/sources/source-settings';

const page = readFileSync(join(__dirname, '../../docs/sources.md'), 'utf8');

describe('docs/sources.md', () => {
  test('shows a map that a generic source can have, and through which a sample can be written', () => {
    const [, json = ''] = /```json\n([^`]+)```/.exec(page) ?? [];
    const policy = policyOf('generic', JSON.parse(json));
    if (typeof policy === 'string') throw new Error(policy);
    expect(sampleBody(policy, 'acme', null)).toMatchObject({ what: 'case opened' });
  });

  test('names every setting, and no other', () => {
    const table = page.slice(page.indexOf('## Settings'), page.indexOf('Behind a proxy'));
    const named = table
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => line.split('|')[1]?.match(/[a-z0-9_]+/g) ?? []);
    expect(named.sort()).toEqual(Object.keys(sourceSettings.shape).sort());
  });
});
