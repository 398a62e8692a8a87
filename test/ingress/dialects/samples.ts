import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Body, type Arrival } from '../../../src/ingress/dialects/dialect';
import { type Profile, PROFILE_NAMES, type ProfileName, PROFILES } from '../../../src/ingress/profiles';
import { applySettings, profileSettings } from '../../../src/ingress/profiles/settings';

const SAMPLES = join(__dirname, '../../../samples');
const SETTINGS = 'settings.json';

export interface Sample {
  readonly profile: ProfileName;
  /** The file's name without its ending. */
  readonly name: string;
  readonly text: string;
  readonly body: Body;
}

/** Arrived when the samples' day was over. */
export const ARRIVAL: Arrival = {
  receivedAt: Date.UTC(2026, 2, 7),
  webhookId: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
};

export const samples: readonly Sample[] = PROFILE_NAMES.flatMap((profile) =>
  readdirSync(join(SAMPLES, profile))
    .filter((file) => file !== SETTINGS)
    .sort()
    .map((file) => {
      const text = readFileSync(join(SAMPLES, profile, file), 'utf8');
      return { profile, name: file.replace(/\.json$/, ''), text, body: JSON.parse(text) as Body };
    }),
);

/** The profile with the settings that its samples were made for. */
export function sampleProfile(name: ProfileName): Profile {
  const applied = applySettings(PROFILES[name], profileSettings.parse(settingsOf(name)));
  if (!applied.ok) throw new Error(JSON.stringify(applied.errors));
  return applied.profile;
}

function settingsOf(name: ProfileName): unknown {
  const file = readdirSync(join(SAMPLES, name)).find((one) => one === SETTINGS);
  return file === undefined ? {} : JSON.parse(readFileSync(join(SAMPLES, name, file), 'utf8'));
}
