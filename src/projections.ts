import { type Projection } from './followers/projections/projection';
import { ticketProjection } from './read-models/ticket/ticket-projection';
import { SlaProjection } from './sla/projection/sla-projection';
import { type SlaConfigStore } from './sla/sla-config-store';

/** Every read model there is. Their tables and views stand in migrations/read-models under the same names. */
export function allProjections(slaConfig: SlaConfigStore): readonly Projection[] {
  return [ticketProjection, new SlaProjection(slaConfig)];
}
