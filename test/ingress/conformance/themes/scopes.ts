import { type Json, requestOf, sourceOf } from '../senders/sender';
import { type VectorRequest } from '../vector';
import { expected, type Make, ok, vector } from './make';

/** What the body says of where it comes from. Telegram's says nothing. */
export const scopes: Make = (s) => {
  if (s.profile === 'telegram-bot') return [];
  const from = (more: Json): VectorRequest => {
    const own = { integration_id: 'conformance', environment: 'production' };
    return requestOf(s, { ...s.opening('T-1'), source: { ...own, ...more } });
  };
  const staging = sourceOf(s, { environment: 'staging' });
  const several = sourceOf(s, { tenants: { north: 'north', south: 'south' } });
  return [
    vector(
      s,
      14,
      'another integration_id',
      from({ integration_id: 'someone-else' }),
      expected(403, 'integration_mismatch', 'Q'),
    ),
    vector(s, 14, 'no integration_id', from({ integration_id: undefined }), ok),
    vector(s, 14, 'another environment', from({}), expected(403, 'environment_mismatch', 'Q'), {
      source: staging,
    }),
    vector(s, 14, 'the own environment', from({ environment: 'staging' }), ok, { source: staging }),
    vector(s, 14, 'one of several integrations', from({ integration_id: 'north' }), ok, { source: several }),
    vector(
      s,
      14,
      'none of several integrations',
      from({ integration_id: 'west' }),
      expected(403, 'integration_mismatch', 'Q'),
      { source: several },
    ),
  ];
};
