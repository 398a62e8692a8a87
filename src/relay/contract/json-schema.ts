import { z } from 'zod';
import { bodySchemas } from '../../domain/events';
import { topicKinds } from '../relay-topic';
import { type ContractType, envelopes, typesOn } from './envelope';

export type JsonSchema = Readonly<Record<string, unknown>>;

const PERSONAL = 'Personal: not there with KAFKA_PERSONAL_DATA=omit.';

/**
 * draft-07, with open objects: a consumer has to accept members that a later release adds. `input` is what leaves them
 * open; no schema of an event has a default that would look different from that side.
 */
function jsonSchema(schema: z.ZodType): JsonSchema {
  const document = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema: part }) => plain(part as Record<string, unknown>),
  });
  delete document.$schema;
  return document;
}

/** zod goes from the inside out, so what it says of a nullable's inner part is seen before the whole. */
function plain(part: Record<string, unknown>): void {
  const inner = (part.anyOf ?? []) as Record<string, unknown>[];
  if (part.personal === true || inner.some(({ description }) => description === PERSONAL)) {
    for (const each of inner) delete each.description;
    part.description = PERSONAL;
  }
  delete part.personal;
  // What zod adds to say "any object" and "any integer that JavaScript can hold".
  delete part.propertyNames;
  delete part.additionalProperties;
  if (part.type !== 'integer') return;
  delete part.minimum;
  delete part.maximum;
}

export function schemaName(type: ContractType): string {
  return `${type}.v1`;
}

/** Of each topic's value and of each type's `data`, by name. */
export const contractSchemas: ReadonlyMap<string, JsonSchema> = new Map([
  ...topicKinds.map((kind) => [`${kind}.v1`, jsonSchema(envelopes[kind])] as const),
  ...typesOn['ticket-events'].map((type) => [schemaName(type), jsonSchema(bodySchemas[type])] as const),
]);

/** The $id of a data schema is what `dataschema` says in the records. */
export function schemaFile(name: string, schema: JsonSchema): JsonSchema {
  const id = `urn:casetrail:schema:${name.replace(/\.v(\d+)$/, ':v$1')}`;
  return { $schema: 'http://json-schema.org/draft-07/schema#', $id: id, ...schema };
}
