import { FIXED, sendersSigning } from './senders';
import { bodies } from './themes/bodies';
import { budgets } from './themes/budgets';
import { connection } from './themes/connection';
import { documents } from './themes/documents';
import { fields } from './themes/fields';
import { meanings } from './themes/meanings';
import { once } from './themes/once';
import { proofs } from './themes/proofs';
import { scopes } from './themes/scopes';
import { type Vector } from './vector';

const THEMES = [connection, budgets, bodies, proofs, scopes, documents, meanings, fields, once];

/** All vectors, by profile. The same at every run with the same signing. */
export function makeVectors(signing = FIXED): ReadonlyMap<string, readonly Vector[]> {
  return new Map(
    sendersSigning(signing).map((sender) => [sender.profile, THEMES.flatMap((make) => make(sender))]),
  );
}
