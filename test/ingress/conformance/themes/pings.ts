import { type Json, requestOf, sourceOf } from '../senders/sender';
import { type VectorRequest } from '../vector';
import { expected, type Make, vector } from './make';

export const pings: Make = (s) => {
  const source = sourceOf(s, {}, { change: 'arm' });
  const missing = expected(401, s.missing, 'J');
  const pinged = expected(200, 'ping', 'J');
  const { ping } = s;
  const unsigned = (body: Json): VectorRequest => ({
    method: 'POST',
    suffix: '',
    peer: null,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
  });
  const event = unsigned(s.opening('T-1'));
  const ofAnySender = [vector(s, 18, 'an unsigned event in the setup window', event, missing, { source })];
  if (ping === null) return ofAnySender;
  return [
    ...ofAnySender,
    vector(s, 18, 'ping', requestOf(s, ping), pinged),
    vector(s, 18, 'an unsigned ping', unsigned(ping), missing),
    vector(s, 18, 'an unsigned ping in the setup window', unsigned(ping), pinged, { source }),
  ];
};
