import { type Fact, factOf, type FactFields } from '../../src/domain/fact';
import { foldTicket } from '../../src/domain/fold-ticket';
import { type SlaConfig } from '../../src/domain/sla/config';
import { foldSla, type SlaFold } from '../../src/domain/sla/fold-sla';
import { ticketRow } from '../../src/domain/ticket-row';
import { WholeLives } from '../rebuild/whole-lives';

/** What the figures of many tickets add up to: the same from memory and from the tables. */
export interface Sums {
  tickets: number;
  first_response_seconds: number;
  unresolved_seconds: number;
  business_seconds: number;
  breached: number;
}

/** The facts of so many tickets, as a reader of the log has them. */
export function factsOf(tickets: number): Fact[][] {
  const lives = new WholeLives();
  return Array.from({ length: tickets }, (_, number) =>
    lives.of(number).map((incoming) =>
      factOf({
        ...incoming,
        ref: `${incoming.source}/${incoming.dedupeKey}`,
      } as unknown as FactFields),
    ),
  );
}

/** The state of a ticket alone. */
export function foldStates(tickets: readonly (readonly Fact[])[]): void {
  for (const facts of tickets) ticketRow(foldTicket(facts));
}

/** State and every figure. */
export function foldFigures(tickets: readonly (readonly Fact[])[], config: SlaConfig): Sums {
  const sums = {
    tickets: 0,
    first_response_seconds: 0,
    unresolved_seconds: 0,
    business_seconds: 0,
    breached: 0,
  };
  for (const facts of tickets) {
    const fold = foldTicket(facts);
    ticketRow(fold);
    add(sums, foldSla(fold, config, -Infinity));
  }
  return sums;
}

function add(sums: Sums, { metrics, instances }: SlaFold): void {
  const seconds = (ms: number | null): number => Math.floor((ms ?? 0) / 1000);
  sums.tickets += 1;
  sums.first_response_seconds += seconds(metrics.firstResponse.calendar);
  if (metrics.fullResolution.calendar !== null)
    sums.unresolved_seconds += seconds(metrics.unresolved.calendar);
  sums.business_seconds += seconds(metrics.fullResolution.business);
  sums.breached += instances.filter(({ breach, stoppedAt }) => breach !== null && stoppedAt !== null).length;
}
