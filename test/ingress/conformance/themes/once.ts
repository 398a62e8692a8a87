import { requestOf } from '../senders/sender';
import { expected, type Make, ok, open, vector, without } from './make';

/** Once for all profiles. */
export const once: Make = (s) => {
  if (s.profile !== 'telegram-crm') return [];
  return [
    ...['DELETE', 'PATCH', 'OPTIONS'].map((method) =>
      vector(
        s,
        3,
        method,
        open(s, { method }),
        expected(405, 'method_not_allowed', 'C', { headers: { allow: 'POST' } }),
      ),
    ),
    vector(s, 20, 'an unknown version', requestOf(s, { ...s.opening('T-1'), version: '9.9' }), ok),
    vector(s, 26, 'the future', requestOf(s, { ...s.opening('T-1'), timestamp: '2099-01-01T00:00:00Z' }), ok),
    vector(s, 26, 'long ago', requestOf(s, { ...s.opening('T-1'), timestamp: '2001-01-01T00:00:00Z' }), ok),
    vector(
      s,
      26,
      'body fields beside the envelope',
      requestOf(s, { ...without(s.opening('T-1'), 'data'), ticket_id: 'T-1' }),
      ok,
    ),
    vector(
      s,
      26,
      'ids that are numbers',
      requestOf(s, { ...s.opening('T-1'), data: { ticket_id: 4711 } }),
      ok,
    ),
  ];
};
