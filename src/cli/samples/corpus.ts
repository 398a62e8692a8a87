import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProfileName } from '../../ingress/profiles/profile';
import { CasetrailError } from '../../kernel/errors';
import { type Body } from './happening';

/** As far from here in src/ as in dist/. */
const DIRECTORY = join(__dirname, '../../../samples');
/** What a source is set to for the samples beside it. */
const SETTINGS = 'settings.json';
const ENDING = '.json';

/** The sample that opens a ticket; null where only the source's own map knows how its sender would say so. */
export const OPENING: Readonly<Record<ProfileName, string | null>> = {
  'telegram-crm': 'ticket.created',
  'telegram-crm-flat': 'ticket-created.with-id',
  'tg-staff': 'conversation.created',
  'telegram-bot': 'forum_topic_created',
  'standard-webhooks': 'ticket.created',
  generic: null,
};

export function sampleNames(profile: ProfileName): readonly string[] {
  return readdirSync(join(DIRECTORY, profile))
    .filter((file) => file.endsWith(ENDING) && file !== SETTINGS)
    .map((file) => file.slice(0, -ENDING.length))
    .sort();
}

/** A payload as it stands in samples/: of its own day, under its own ids. */
export function readSample(profile: ProfileName, name: string): Body {
  const names = sampleNames(profile);
  if (!names.includes(name)) {
    throw new CasetrailError(
      'invalid_input',
      `${profile} has no sample ${name}; it has ${names.join(', ')}.`,
    );
  }
  return JSON.parse(readFileSync(join(DIRECTORY, profile, name + ENDING), 'utf8')) as Body;
}
