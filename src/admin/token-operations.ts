import { z } from 'zod';
import { SCOPES } from '../platform/http/bearer-guard';
import { operationsUnder } from '../platform/http/openapi';
import { tokenRequest } from './token.controller';

const token = z.object({
  label: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  tenant: z.string().nullable().describe('Null: all tenants.'),
  expires_at: z.iso.datetime().nullable(),
});

const listed = token.extend({ revoked_at: z.iso.datetime().nullable(), created_at: z.iso.datetime() });

export const tokenOperations = operationsUnder('/v1/admin/tokens', 'Tokens', [
  {
    method: 'get',
    path: '',
    summary: 'All tokens for reading and operating.',
    needs: 'admin',
    answers: { 200: { description: 'Without what would let anybody use them.', schema: z.array(listed) } },
  },
  {
    method: 'post',
    path: '',
    summary: 'Make a token.',
    needs: 'admin',
    body: tokenRequest,
    answers: {
      201: {
        description: 'The token, shown this once.',
        schema: token.extend({ token: z.string() }),
      },
    },
    refusals: { 409: ['conflict'] },
  },
  {
    method: 'delete',
    path: '/{label}',
    summary: 'End a token now.',
    needs: 'admin',
    answers: { 204: { description: 'Done.' } },
  },
]);
