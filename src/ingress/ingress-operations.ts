import { type Operation } from '../platform/http/openapi';
import { deliveryOperations } from './journal/delivery-operations';
import { quarantineOperations } from './quarantine/quarantine-operations';
import { sourceOperations } from './sources/source-operations';
import { webhookOperations } from './webhook-operations';

export const ingressOperations: readonly Operation[] = [
  ...webhookOperations,
  ...sourceOperations,
  ...deliveryOperations,
  ...quarantineOperations,
];
