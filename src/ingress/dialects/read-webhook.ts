import { type Profile } from '../profiles/profile';
import { type Arrival, type Body, type Reading } from './dialect';
import { readGeneric } from './generic';
import { readStandardWebhooks } from './standard-webhooks';
import { readTelegramBot } from './telegram-bot';
import { readTelegramCrm } from './telegram-crm';
import { readTelegramCrmFlat } from './telegram-crm-flat';
import { readTgStaff } from './tg-staff';

/** An authentic body in its sender's dialect. Total: whatever stands in it, it answers and never throws. */
export function readWebhook({ name, reading }: Profile, json: Body, arrival: Arrival): Reading {
  switch (name) {
    case 'telegram-crm':
      return readTelegramCrm(json, reading);
    case 'telegram-crm-flat':
      return readTelegramCrmFlat(json, reading, arrival);
    case 'tg-staff':
      return readTgStaff(json, reading, arrival);
    case 'telegram-bot':
      return readTelegramBot(json, reading, arrival);
    case 'standard-webhooks':
      return readStandardWebhooks(json, reading, arrival);
    case 'generic':
      return readGeneric(json, reading, arrival);
    default:
      return name satisfies never;
  }
}
