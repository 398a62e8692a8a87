import { at, pointer } from '../json/json-pointer';
import { type Arrival, type Body, invalid, type InvalidBody, type Reading } from './dialect';
import { fieldTables } from './field-lookup';
import { type Identified, readMapped } from './mapped-dialect';
import { hashKey } from './mapped-envelope';
import { type ReadingRules } from './reading-rules';
import { statementKey } from './tg-staff';

/** Names that so many senders use that they need no map. */
const tables = fieldTables({
  event_type: ['/event_type', '/event', '/type'],
  event_id: ['/event_id'],
  timestamp: ['/timestamp'],
  ticket_id: ['/ticket_id'],
});

/** Whatever sends JSON, read by the source's own map; what the map does not name is kept as unknown. */
export function readGeneric(json: Body, rules: ReadingRules, arrival: Arrival): Reading {
  const dialect = {
    table: tables(rules.fields),
    keyOf: (event: Identified) => keyOf(event, json, rules.dedupe),
    complete: (_type: unknown, draft: Body) => draft,
    dropped: [],
    warningsOf: () => [],
  };
  return readMapped(dialect, json, rules, arrival);
}

/** The recipe names the sender's own pointers, so it reads the body as it was sent. */
function keyOf(event: Identified, json: Body, recipe: readonly string[]): string | InvalidBody {
  if (event.envelope.eventId !== null || recipe.length === 0) return statementKey(event);
  const parts = recipe.map((text) => at(json, pointer(text)) ?? null);
  const missing = recipe.find((_text, index) => parts[index] === null || typeof parts[index] === 'object');
  if (missing === undefined) return hashKey([event.envelope.sourceType, ...parts]);
  return invalid(missing.slice(1).replaceAll('/', '.'), 'needed to tell a repetition from another event');
}
