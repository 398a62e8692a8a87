import fc from 'fast-check';
import { z } from 'zod';
import { eventTypes } from '../../src/domain/event-types';
import { bodySchemas } from '../../src/domain/events';
import { joinPersonal, splitPersonal } from '../../src/domain/personal';
import { bodyOf } from './support/bodies';

const anyType = fc.constantFrom(...eventTypes);

describe('personal fields', () => {
  it('are split from the body and joined to it again without a difference', () => {
    const typedBody = anyType.chain((type) => fc.record({ type: fc.constant(type), body: bodyOf(type) }));
    fc.assert(
      fc.property(typedBody, ({ type, body }) => {
        const { data, personal } = splitPersonal(type, body);
        expect(joinPersonal(data, personal)).toEqual(body);
        expect(splitPersonal(type, data)).toEqual({ data, personal: {} });
      }),
    );
  });

  it('survive bodies of any shape, and the data part still says nothing personal', () => {
    const wild = fc.dictionary(
      fc.oneof(
        fc.constantFrom('customer', 'content', 'sender', 'agent_id', 'files', '__proto__'),
        fc.string(),
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(anyType, wild, (type, body) => {
        const { data, personal } = splitPersonal(type, body);
        expect(JSON.stringify(sorted(joinPersonal(data, personal)))).toBe(JSON.stringify(sorted(body)));
        expect(splitPersonal(type, data).personal).toEqual({});
      }),
    );
  });

  it('leave no secret behind in the data part', () => {
    const secret = 'SECRET';
    const body = {
      origin: 'customer',
      customer: {
        telegram_user_id: '5',
        username: secret,
        first_name: secret,
        contact_phone: secret,
        email: secret,
      },
      initial_message: { message_id: 'm1', text: secret, file_url: secret },
      metadata: { any: [secret] },
      extra: { any: secret },
      referrer: secret,
      nickname: secret,
      channel: { type: 'direct', title: secret },
    };
    const { data } = splitPersonal('ticket.created', body);
    expect(data).toEqual({
      origin: 'customer',
      customer: { telegram_user_id: '5' },
      initial_message: { message_id: 'm1' },
      channel: { type: 'direct' },
    });
  });

  it('are taken out of every file of a message', () => {
    const content = [{ file_url: 'u1', content_type: 'photo' }, { file_url: 'u2' }, 'https://bare'];
    const { data, personal } = splitPersonal('message.received', { message_id: 'm1', content });
    expect(data).toEqual({ message_id: 'm1', content: [{ content_type: 'photo' }, {}, null] });
    expect(personal).toEqual({
      content: { 0: { file_url: 'u1' }, 1: { file_url: 'u2' }, 2: 'https://bare' },
    });
    expect(joinPersonal(data, personal)).toEqual({ message_id: 'm1', content });
  });

  it('are marked in the published JSON schema', () => {
    const schema = JSON.stringify(z.toJSONSchema(bodySchemas['ticket.created']));
    expect(schema).toContain('"personal":true');
  });
});

/** Compares by text because toEqual overlooks an own key called __proto__. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => [key, sorted(child)]);
}
