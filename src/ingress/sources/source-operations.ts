import { z } from 'zod';
import { operationsUnder } from '../../platform/http/openapi';
import { PROFILE_NAMES } from '../profiles/profile';
import { rotation, senderToken } from './source.controller';
import { SOURCE_STATUSES } from './source.entity';
import { newSource } from './source-service';
import { sourceSettings } from './source-settings';

const instant = z.iso.datetime();

const summary = z.object({
  name: z.string(),
  key: z.string(),
  path: z.string().describe('Where its webhooks go.'),
  tenant: z.string(),
  integration_id: z.string(),
  profile: z.enum(PROFILE_NAMES),
  status: z.enum(SOURCE_STATUSES),
  created_at: instant,
});

const life = z.object({
  not_before: instant,
  not_after: instant.nullable(),
  is_live: z.boolean(),
  expires_in_days: z.int().nullable(),
  last_used_at: instant.nullable(),
});

const details = summary.extend({
  caution: z.string().nullable().describe('What its signature leaves unproved.'),
  settings: sourceSettings,
  armed_until: instant.nullable(),
  keys: z.array(life.extend({ key_id: z.string() })),
  tokens: z.array(
    life.extend({ token_id: z.string(), label: z.string(), scopes: z.array(z.string()).nullable() }),
  ),
});

const made = z.object({
  ...summary.pick({ name: true, key: true, path: true, tenant: true, integration_id: true }).shape,
  secret: z.string().describe('Shown this once.'),
});

const newKey = z.object({
  name: z.string(),
  key_id: z.string(),
  secret: z.string().describe('Shown this once.'),
  others_until: instant.describe('When the keys before it stop being good.'),
});

const newToken = z.object({
  name: z.string(),
  token_id: z.string(),
  token: z.string().describe('Shown this once.'),
  label: z.string(),
  scopes: z.array(z.string()).nullable(),
});

const changed = { 200: { description: 'The source as it is now.', schema: summary } };
const conflict = { 409: ['conflict'] };

export const sourceOperations = operationsUnder('/v1/admin/sources', 'Sources', [
  {
    method: 'get',
    path: '',
    summary: 'All sources.',
    needs: 'read',
    answers: { 200: { description: 'By name.', schema: z.array(summary) } },
  },
  {
    method: 'post',
    path: '',
    summary: 'Make a source.',
    needs: 'admin',
    body: newSource,
    answers: { 201: { description: 'The source and its secret.', schema: made } },
    refusals: conflict,
  },
  {
    method: 'get',
    path: '/{name}',
    summary: 'One source with its keys and tokens.',
    needs: 'read',
    answers: { 200: { description: 'The source; no secret is among it.', schema: details } },
  },
  {
    method: 'put',
    path: '/{name}/settings',
    summary: 'Replace its settings.',
    needs: 'admin',
    body: sourceSettings,
    answers: { 200: { description: 'The source as it is now.', schema: details } },
  },
  {
    method: 'post',
    path: '/{name}/pause',
    summary: 'Take deliveries and hold them.',
    needs: 'operate',
    answers: changed,
    refusals: conflict,
  },
  {
    method: 'post',
    path: '/{name}/resume',
    summary: 'Take deliveries again; what was held is appended.',
    needs: 'operate',
    answers: changed,
    refusals: conflict,
  },
  {
    method: 'post',
    path: '/{name}/block',
    summary: 'Refuse deliveries until it is resumed.',
    needs: 'operate',
    answers: changed,
    refusals: conflict,
  },
  {
    method: 'post',
    path: '/{name}/retire',
    summary: 'Refuse deliveries for good; what was held is appended.',
    needs: 'admin',
    answers: changed,
    refusals: conflict,
  },
  {
    method: 'post',
    path: '/{name}/arm',
    summary: 'Answer an unsigned ping for 15 minutes.',
    needs: 'operate',
    answers: {
      200: { description: 'Until when.', schema: z.object({ name: z.string(), armed_until: instant }) },
    },
  },
  {
    method: 'post',
    path: '/{name}/rotate',
    summary: 'Make a new secret.',
    needs: 'admin',
    body: rotation,
    answers: { 201: { description: 'The new secret.', schema: newKey } },
  },
  {
    method: 'post',
    path: '/{name}/tokens',
    summary: 'Make a bearer token for its sender.',
    needs: 'admin',
    body: senderToken,
    answers: { 201: { description: 'The token.', schema: newToken } },
    refusals: conflict,
  },
  {
    method: 'delete',
    path: '/{name}/keys/{key}',
    summary: 'End a key or token now.',
    needs: 'admin',
    answers: { 204: { description: 'Done.' } },
  },
]);
