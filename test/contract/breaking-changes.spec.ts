import { contractSchemas, type JsonSchema } from '../../src/relay/contract/json-schema';
import { breakingChanges } from './support/breaking-changes';
import { changesSinceRelease } from './support/released';

type Loose = Record<string, unknown>;
type Plant = (schema: Loose) => void;

/** The released schema of ticket.created's data or of the events' envelope, with something done to it. */
function planted(name: string, plant: Plant): string[] {
  const released = contractSchemas.get(name) as JsonSchema;
  const now = structuredClone(released) as Loose;
  plant(now);
  return breakingChanges(released, now, name);
}

describe('within v1', () => {
  it('nothing that consumers rely on has changed since the release', () => {
    expect(changesSinceRelease()).toEqual([]);
  });

  const properties = (schema: Loose, name?: string): Record<string, Loose> => {
    const own = schema.properties as Record<string, Loose>;
    return name === undefined ? own : properties(own[name] ?? {});
  };

  it.each<[string, string, Plant, string]>([
    [
      'a removed member',
      'ticket.created.v1',
      (s) => delete properties(s).priority,
      '/properties/priority: removed',
    ],
    [
      'a member that is renamed',
      'ticket.created.v1',
      (s) => {
        properties(s).importance = properties(s).priority ?? {};
        delete properties(s).priority;
      },
      '/properties/priority: removed',
    ],
    [
      'a member that becomes required',
      'ticket.created.v1',
      (s) => Object.assign(s, { required: ['priority'] }),
      '/required: priority added',
    ],
    [
      'a new member that is required',
      'ticket.created.v1',
      (s) =>
        Object.assign(s, { properties: { ...properties(s), vip: { type: 'boolean' } }, required: ['vip'] }),
      '/required: vip added',
    ],
    [
      'a member that may be missing now',
      'ticket-events.v1',
      (s) => Object.assign(s, { required: (s.required as string[]).filter((name) => name !== 'after') }),
      '/required: after removed',
    ],
    [
      'a narrowed type',
      'ticket.created.v1',
      (s) => Object.assign(properties(s).priority ?? {}, { type: 'string' }),
      '/properties/priority/type',
    ],
    [
      'another type',
      'ticket-events.v1',
      (s) => Object.assign(properties(s).ticketversion ?? {}, { type: 'string' }),
      '/properties/ticketversion/type: was "integer", is "string"',
    ],
    [
      'a status less',
      'ticket-events.v1',
      (s) => (properties(s, 'after').status?.enum as string[]).pop(),
      '/properties/after/properties/status/enum: closed removed',
    ],
    [
      'a status more',
      'ticket-events.v1',
      (s) => (properties(s, 'after').status?.enum as string[]).push('lost'),
      '/properties/after/properties/status/enum: lost added',
    ],
    [
      'closed objects',
      'ticket.created.v1',
      (s) => Object.assign(s, { additionalProperties: false }),
      '/additionalProperties: was undefined, is false',
    ],
  ])('%s is refused', (_name, schema, plant, found) => {
    expect(planted(schema, plant).join('\n')).toContain(found);
  });

  it.each<[string, Plant]>([
    ['a new member that may be missing', (s) => Object.assign(properties(s), { vip: { type: 'boolean' } })],
    ['another description', (s) => Object.assign(s, { description: 'How a ticket begins.' })],
  ])('%s is welcome', (_name, plant) => {
    expect(planted('ticket.created.v1', plant)).toEqual([]);
  });
});
