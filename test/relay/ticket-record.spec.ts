import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodySchemas } from '../../src/domain/events';
import { ticketRecord } from '../../src/relay/ticket-record';
import { LOG_ID, sampleEvent, sampleTypes } from './support/sample-events';

function golden(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, 'golden', `${name}.json`), 'utf8'));
}

describe('the record of an event', () => {
  it.each(sampleTypes)('is for %s what consumers of v1 were promised, to the byte', (type) => {
    expect(ticketRecord(sampleEvent(type), LOG_ID)).toEqual(golden(type));
  });

  it('of a rejected event has the reason and no ticket version', () => {
    const rejected = sampleEvent('status.changed', {
      version: null,
      verdict: 'rejected',
      reason: 'illegal_transition',
    });
    expect(ticketRecord(rejected, LOG_ID)).toEqual(golden('rejected'));
  });

  it('carries nothing personal where personal content stays in the store', () => {
    const created = ticketRecord(sampleEvent('ticket.created', { personal: null }), LOG_ID);
    expect(created).toEqual(golden('ticket.created-without-personal'));
    expect(created.value).not.toMatch(/Zoë|zoe@|Größe|Köln/);
  });

  it('does not depend on the order in which a body was parsed', () => {
    const event = sampleEvent('ticket.created');
    const reversed = { ...event, data: Object.fromEntries(Object.entries(event.data).reverse()) };
    expect(ticketRecord(reversed, LOG_ID).value).toBe(ticketRecord(event, LOG_ID).value);
  });

  it.each(sampleTypes)(
    'holds a body of %s that its schema accepts, with and without the personal part',
    (type) => {
      for (const event of [sampleEvent(type), sampleEvent(type, { personal: null })]) {
        const { data } = JSON.parse(ticketRecord(event, LOG_ID).value) as { data: unknown };
        expect(bodySchemas[type].safeParse(data).error).toBeUndefined();
      }
    },
  );

  it('repeats every attribute of the value as a header, as text', () => {
    const { headers, value } = ticketRecord(sampleEvent('agent.assigned', { correlationId: 'c9' }), LOG_ID);
    const { data, after, datacontenttype, traceparent, ...attributes } = JSON.parse(value) as Record<
      string,
      unknown
    >;
    expect(data).toBeDefined();
    expect(after).toBeDefined();
    expect(datacontenttype).toBe('application/json');
    expect(headers).toEqual({
      'content-type': 'application/cloudevents+json; charset=UTF-8',
      traceparent,
      ...Object.fromEntries(Object.entries(attributes).map(([name, text]) => [`ce_${name}`, String(text)])),
    });
  });

  it('names 0 as the position before the first one of its partition', () => {
    const { headers } = ticketRecord(sampleEvent('ticket.created', { topicPrev: null }), LOG_ID);
    expect(headers.ce_prevposition).toBe('0');
  });

  it('is refused to an event of no ticket', () => {
    const presence = sampleEvent('agent.assigned', { ticketId: null, version: null, verdict: null });
    expect(() => ticketRecord(presence, LOG_ID)).toThrow('of no ticket');
  });
});
