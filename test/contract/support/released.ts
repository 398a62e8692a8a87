import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractSchemas } from '../../../src/relay/contract/json-schema';
import { breakingChanges } from './breaking-changes';

export const ROOT = join(__dirname, '../../..');
/** The schemas as the last release had them. */
export const LOCK = 'docs/contract/v1.lock.json';

/** New schemas are welcome. */
export function changesSinceRelease(): string[] {
  const released = JSON.parse(readFileSync(join(ROOT, LOCK), 'utf8')) as Record<string, unknown>;
  return Object.entries(released).flatMap(([name, schema]) => {
    const now = contractSchemas.get(name);
    return now === undefined ? [`${name}: removed`] : breakingChanges(schema, now, name);
  });
}
