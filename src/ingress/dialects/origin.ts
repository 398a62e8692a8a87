import { type Body } from './dialect';

/** Which instance of a CRM claims to speak; null where the body does not say. */
export interface Origin {
  readonly integrationId: string | null;
  readonly environment: string | null;
}

/** Values of a wrong type are nobody's name; the envelope's own check refuses them later. */
export function originOf(json: Body): Origin {
  const { source } = json;
  if (typeof source !== 'object' || source === null) return { integrationId: null, environment: null };
  const { integration_id: id, environment } = source as Body;
  return {
    integrationId: typeof id === 'string' || typeof id === 'number' ? String(id) : null,
    environment: typeof environment === 'string' ? environment : null,
  };
}
