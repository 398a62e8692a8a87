import { type Projection } from './followers/projections/projection';
import { ticketProjection } from './read-models/ticket/ticket-projection';
import { SlaProjection } from './sla/projection/sla-projection';
import { type SlaConfigStore } from './sla/sla-config-store';
import { type Announcer } from './sla/timers/timers';

/**
 * Every read model there is. Their tables and views stand in migrations/read-models under the same names. Without an
 * announcer they make rows and nobody is told of deadlines.
 */
export function allProjections(
  slaConfig: SlaConfigStore,
  announcer: Announcer | null = null,
): readonly Projection[] {
  return [ticketProjection, new SlaProjection(slaConfig, announcer)];
}
