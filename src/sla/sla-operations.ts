import { operationsUnder } from '../platform/http/openapi';
import { slaListing, slaQuery } from './list-sla';
import { reprocessRequest } from './reprocess-sla';
import { slaChange } from './sla-change-view';
import { slaFile } from './sla-file';

export const slaOperations = operationsUnder('/v1/admin/sla', 'SLA', [
  {
    method: 'get',
    path: '',
    summary: 'Every version of schedules and policies.',
    needs: 'read',
    query: slaQuery,
    answers: { 200: { description: 'In the order of application.', schema: slaListing } },
  },
  {
    method: 'post',
    path: '',
    summary: 'Apply schedules, and a policy to a source or tenant: all of it or nothing.',
    needs: 'admin',
    body: slaFile,
    answers: { 200: { description: 'What was made, and what was in force already.', schema: slaChange } },
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'post',
    path: '/reprocess',
    summary: 'Restate figures as if a schedule had been valid since an earlier date.',
    needs: 'admin',
    body: reprocessRequest,
    answers: { 200: { description: 'The restatement that was made.', schema: slaChange } },
    refusals: { 404: ['not_found'] },
  },
]);
