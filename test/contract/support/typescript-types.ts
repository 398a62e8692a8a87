import { type ContractType, typesOn } from '../../../src/relay/contract/envelope';
import { contractSchemas, type JsonSchema, schemaName } from '../../../src/relay/contract/json-schema';

const HEAD = `// Written by \`npm run contract\` from the schemas of the topics. Do not edit.

`;

/** The TypeScript of the schemas that the contract uses: no references, no conditions. */
export function typescriptTypes(): string {
  const { data, type, ...attributes } = propertiesOf(contractSchemas.get('ticket-events.v1') ?? {});
  if (data === undefined || type === undefined) throw new Error('an event has a type and data');
  const envelope = `/** What every event has. */\ninterface Envelope ${members(attributes, requiredOf('ticket-events.v1'))}\n`;
  const types = typesOn['ticket-events'];
  return [
    HEAD,
    envelope,
    `export type TicketState = Envelope['after'];\n`,
    ...types.map(
      (name) => `export type ${pascal(name)}Data = ${typeOf(contractSchemas.get(schemaName(name)) ?? {})};\n`,
    ),
    `/** By the attribute \`type\`. */\ninterface DataByType {`,
    ...types.map((name) => `  '${eventType(name)}': ${pascal(name)}Data;`),
    `}\n`,
    `export type TicketEventType = keyof DataByType;\n`,
    `interface Typed<T extends TicketEventType> extends Envelope {`,
    `  readonly type: T;\n  readonly data: DataByType[T];\n}\n`,
    `/** Told apart by \`type\`. A later release may add types: have a default branch. */`,
    `export type TicketEvent = { [T in TicketEventType]: Typed<T> }[TicketEventType];\n`,
  ].join('\n');
}

function eventType(name: ContractType): string {
  return `casetrail.${name}.v1`;
}

function pascal(name: string): string {
  return name.replace(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function requiredOf(name: string): readonly string[] {
  return (contractSchemas.get(name)?.required ?? []) as readonly string[];
}

function propertiesOf(schema: JsonSchema): Record<string, JsonSchema> {
  return { ...(schema.properties as Record<string, JsonSchema>) };
}

function members(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): string {
  const lines = Object.entries(properties).map(([name, schema]) => {
    const comment = typeof schema.description === 'string' ? `/** ${schema.description} */\n` : '';
    return `${comment}readonly ${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema)};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

function typeOf(schema: JsonSchema): string {
  const { anyOf, enum: values, const: only, type, items, properties, required } = schema;
  if (Array.isArray(anyOf)) return anyOf.map((part) => typeOf(part as JsonSchema)).join(' | ');
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(type)) return type.map((name) => typeOf({ type: name as unknown })).join(' | ');
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly (${typeOf(items as JsonSchema)})[]`;
    case 'object':
      return properties === undefined
        ? 'Readonly<Record<string, unknown>>'
        : members(properties as Record<string, JsonSchema>, (required ?? []) as string[]);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`no TypeScript for ${JSON.stringify(schema)}`);
  }
}
