import { generic } from './senders/generic';
import { AT, type Sender, type Signing } from './senders/sender';
import { standardWebhooks } from './senders/standard-webhooks';
import { telegramBot } from './senders/telegram-bot';
import { telegramCrm } from './senders/telegram-crm';
import { telegramCrmFlat } from './senders/telegram-crm-flat';
import { tgStaff } from './senders/tg-staff';

/** As the committed vectors are signed: for a receiver whose clock can be set. */
export const FIXED: Signing = { at: Date.parse(AT), marginS: 1 };

export function sendersSigning(signing: Signing): readonly Sender[] {
  return [telegramCrm, telegramCrmFlat, tgStaff, telegramBot, standardWebhooks(signing), generic];
}
