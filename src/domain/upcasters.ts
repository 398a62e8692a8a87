import { type EventType } from './event-types';
import { type JsonObject } from './personal';

/** From the data of one version to the data of the next. */
export type Upcaster = (data: JsonObject) => JsonObject;

/**
 * Element i takes version i + 1 to i + 2, so the current version is one more than the length: a version without
 * its upcaster cannot be written down.
 */
export type UpcasterChains<T extends string> = Readonly<Record<T, readonly Upcaster[]>>;

export interface SchemaVersions<T extends string> {
  current(type: T): number;
  /** To the current version. Stored events never change; this is the only way old ones are understood. */
  upcast(type: T, version: number, data: JsonObject): JsonObject;
}

export function schemaVersions<T extends string>(chains: UpcasterChains<T>): SchemaVersions<T> {
  const current = (type: T): number => chains[type].length + 1;
  return {
    current,
    upcast(type, version, data) {
      if (!Number.isInteger(version) || version < 1 || version > current(type)) {
        throw new Error(`${type} has no version ${version} here; a newer release wrote it`);
      }
      if (version === current(type)) return data;
      return chains[type].slice(version - 1).reduce((older, upcaster) => upcaster(older), data);
    },
  };
}

/** Every stored version has a golden file in the tests; a new element here needs a new one there. */
const chains: UpcasterChains<EventType> = {
  'ticket.created': [],
  'ticket.reopened': [],
  'message.received': [],
  'message.edited': [],
  'status.changed': [],
  'agent.assigned': [],
  'first_response.sent': [],
  'ticket.resolved': [],
  'escalation.fired': [],
  'priority.changed': [],
  'agent.status_changed': [],
  unmapped: [],
  'transition.reinstated': [],
  'transition.revoked': [],
  'sla.warned': [],
  'sla.breached': [],
  'sla.breach_withdrawn': [],
};

const versions = schemaVersions(chains);

export function currentVersion(type: EventType): number {
  return versions.current(type);
}

export function upcast(type: EventType, version: number, data: JsonObject): JsonObject {
  return versions.upcast(type, version, data);
}
