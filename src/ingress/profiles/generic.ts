import { PLAIN_BODY_HMAC } from '../auth/scheme';
import { COMMON, type Profile } from './profile';

export const generic: Profile = {
  ...COMMON,
  name: 'generic',
  about: 'Any other sender of JSON: a map from its fields to ours, and the scheme it signs with.',
  auth: { anyOf: [PLAIN_BODY_HMAC, { kind: 'bearer' }], require: [] },
};
