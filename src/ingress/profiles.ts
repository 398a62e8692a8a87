import { generic } from './profiles/generic';
import { type Profile, PROFILE_NAMES, type ProfileName } from './profiles/profile';
import { standardWebhooks } from './profiles/standard-webhooks';
import { telegramBot } from './profiles/telegram-bot';
import { telegramCrm } from './profiles/telegram-crm';
import { telegramCrmFlat } from './profiles/telegram-crm-flat';
import { tgStaff } from './profiles/tg-staff';

export { type Profile, PROFILE_NAMES, type ProfileName };

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  'telegram-crm': telegramCrm,
  'telegram-crm-flat': telegramCrmFlat,
  'tg-staff': tgStaff,
  'telegram-bot': telegramBot,
  'standard-webhooks': standardWebhooks,
  generic,
};

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}
