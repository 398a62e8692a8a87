import { type Operation } from '../platform/http/openapi';
import { tokenRequest } from './token.controller';

const token = (
  method: Operation['method'],
  path: string,
  summary: string,
  more: Partial<Operation> = {},
): Operation => ({
  method,
  path: `/v1/admin/tokens${path}`,
  tag: 'Tokens',
  summary,
  needs: 'admin',
  answers: { 200: { description: 'The tokens, without what would let anybody use them.' } },
  ...more,
});

export const adminOperations: readonly Operation[] = [
  token('get', '', 'All tokens for reading and operating.'),
  token('post', '', 'Make a token; it is shown this once.', {
    body: tokenRequest,
    answers: { 201: { description: 'The token.' } },
    refusals: { 409: ['conflict'], 422: ['invalid_input'] },
  }),
  token('delete', '/{label}', 'End a token now.', {
    answers: { 204: { description: 'Done.' } },
    refusals: { 404: ['not_found'] },
  }),
];
