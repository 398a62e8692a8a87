import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { asyncApiDocument } from '../../../src/relay/contract/asyncapi';
import { contractSchemas, schemaFile } from '../../../src/relay/contract/json-schema';
import { LOCK, ROOT } from './released';
import { typescriptTypes } from './typescript-types';

const DEFAULTS = { topicPrefix: 'casetrail.', lanes: 8 };

/** Everything that is generated and committed, by path: what `npm run contract` writes. */
export async function contractFiles(): Promise<Map<string, string>> {
  const documents = new Map<string, unknown>([
    ['docs/contract/asyncapi.json', asyncApiDocument(DEFAULTS)],
    ...[...contractSchemas].map(
      ([name, schema]) => [`docs/contract/schemas/${name}.json`, schemaFile(name, schema)] as const,
    ),
  ]);
  const files = new Map([['src/consumer/ticket-events.ts', typescriptTypes()]]);
  for (const [path, document] of documents) files.set(path, JSON.stringify(document));
  for (const [path, text] of files) files.set(path, await pretty(path, text));
  return files;
}

export function lockFile(): Promise<string> {
  return pretty(LOCK, JSON.stringify(Object.fromEntries(contractSchemas)));
}

async function pretty(path: string, text: string): Promise<string> {
  const filepath = join(ROOT, path);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}
