import { FIXED, sendersSigning } from './senders';
import { bodies } from './themes/bodies';
import { budgets } from './themes/budgets';
import { connection } from './themes/connection';
import { documents } from './themes/documents';
import { fields } from './themes/fields';
import { meanings } from './themes/meanings';
import { once } from './themes/once';
import { pings } from './themes/pings';
import { proofs } from './themes/proofs';
import { repetitions } from './themes/repetitions';
import { scopes } from './themes/scopes';
import { secondFactor } from './themes/second-factor';
import { type Vector } from './vector';

const THEMES = [
  connection,
  budgets,
  bodies,
  proofs,
  secondFactor,
  scopes,
  documents,
  pings,
  meanings,
  fields,
  repetitions,
  once,
];

/** All vectors, by profile. The same at every run with the same signing. */
export function makeVectors(signing = FIXED): ReadonlyMap<string, readonly Vector[]> {
  return new Map(
    sendersSigning(signing).map((sender) => [sender.profile, THEMES.flatMap((make) => make(sender))]),
  );
}
