import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EventType, eventTypes } from '../../src/domain/event-types';
import { bodySchemas } from '../../src/domain/events';
import { type JsonObject, joinPersonal, splitPersonal } from '../../src/domain/personal';
import { currentVersion, schemaVersions, upcast } from '../../src/domain/upcasters';

interface StoredEvent {
  readonly type: EventType;
  readonly schema_version: number;
  readonly data: JsonObject;
  readonly personal: JsonObject;
}

const folder = join(__dirname, 'golden', 'stored-events');
const stored = readdirSync(folder).map(
  (name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as StoredEvent] as const,
);

describe('stored events', () => {
  it.each(stored)('%s is still understood', (_name, event) => {
    const data = upcast(event.type, event.schema_version, event.data);
    expect(bodySchemas[event.type].parse(data)).toEqual(data);
    const body = joinPersonal(data, event.personal);
    expect(bodySchemas[event.type].parse(body)).toEqual(body);
    expect(splitPersonal(event.type, body)).toEqual({ data, personal: event.personal });
  });

  it('have an example of every version of every type', () => {
    const examples = stored.map(([, event]) => `${event.type}.v${event.schema_version}`);
    const written = eventTypes.flatMap((type) =>
      Array.from({ length: currentVersion(type) }, (_, index) => `${type}.v${index + 1}`),
    );
    expect(examples.sort()).toEqual(written.sort());
  });
});

describe('a type with three versions', () => {
  const versions = schemaVersions({
    rated: [
      (data) => ({ ...data, stars: Number(data.stars) }),
      ({ stars, ...data }) => ({ ...data, score: Number(stars) * 20 }),
    ],
    fresh: [],
  });

  it('brings every older version to the current one', () => {
    expect(versions.current('rated')).toBe(3);
    expect(versions.upcast('rated', 1, { by: 'C1', stars: '4' })).toEqual({ by: 'C1', score: 80 });
    expect(versions.upcast('rated', 2, { by: 'C1', stars: 4 })).toEqual({ by: 'C1', score: 80 });
    expect(versions.upcast('rated', 3, { by: 'C1', score: 80 })).toEqual({ by: 'C1', score: 80 });
    expect(versions.current('fresh')).toBe(1);
  });

  it('refuses a version that only a newer release can have written', () => {
    expect(() => versions.upcast('rated', 4, {})).toThrow('newer release');
    expect(() => versions.upcast('fresh', 0, {})).toThrow('no version 0');
  });
});
