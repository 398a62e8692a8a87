import fc from 'fast-check';
import { type EventType } from '../../../src/domain/event-types';
import { bodySchemas } from '../../../src/domain/events';
import { type JsonObject } from '../../../src/domain/personal';

interface Schema {
  readonly def: {
    readonly type: string;
    readonly innerType?: Schema;
    readonly element?: Schema;
    readonly options?: readonly Schema[];
    readonly shape?: Readonly<Record<string, Schema>>;
    readonly entries?: Readonly<Record<string, string>>;
  };
}

/** Bodies of a type, drawn from its own schema: a field added there is drawn here from then on. */
export function bodyOf(type: EventType): fc.Arbitrary<JsonObject> {
  return draw(bodySchemas[type]) as fc.Arbitrary<JsonObject>;
}

function draw({ def }: Schema): fc.Arbitrary<unknown> {
  switch (def.type) {
    case 'object': {
      const shape = Object.entries(def.shape ?? {});
      const requiredKeys = shape.filter(([, field]) => field.def.type !== 'optional').map(([key]) => key);
      const fields = shape.map(([key, field]) => [key, draw(field)] as const);
      return fc.record(Object.fromEntries(fields), { requiredKeys });
    }
    case 'optional':
      return draw(inner(def.innerType));
    case 'nullable':
      return fc.option(draw(inner(def.innerType)), { freq: 8 });
    case 'union':
      return fc.oneof(...(def.options ?? []).map(draw));
    case 'array':
      return fc.array(draw(inner(def.element)), { maxLength: 3 });
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case 'record':
      return fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { maxKeys: 3 });
    case 'unknown':
      return fc.jsonValue();
    case 'string':
      return fc.string();
    case 'boolean':
      return fc.boolean();
    case 'number':
      return fc.integer({ min: 0, max: 1000 });
    default:
      throw new Error(`no generator for ${def.type}`);
  }
}

function inner(schema: Schema | undefined): Schema {
  if (schema === undefined) throw new Error('a wrapper wraps something');
  return schema;
}
