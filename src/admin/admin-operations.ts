import { type Operation } from '../platform/http/openapi';
import { followerOperations } from './follower-operations';
import { tokenOperations } from './token-operations';

export const adminOperations: readonly Operation[] = [...tokenOperations, ...followerOperations];
