import { type Projection } from './followers/projections/projection';
import { ticketProjection } from './read-models/ticket/ticket-projection';

/** Every read model there is. Their tables and views stand in migrations/read-models under the same names. */
export function allProjections(): readonly Projection[] {
  return [ticketProjection];
}
