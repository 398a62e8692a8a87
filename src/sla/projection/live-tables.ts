/** Of `m`, a row of a generation's ticket_metrics: its figures stand still until newer code can take the ticket. */
export function isParked(schema: string): string {
  return `EXISTS (
    SELECT FROM app.parked_ticket k
    WHERE k.projection = 'sla' AND 'rm_' || k.generation = '${schema}' AND k.ticket_key = m.ticket_key)`;
}
