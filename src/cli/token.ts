import { Command } from 'commander';
import { newToken, TokenService } from '../admin/token-service';
import { CasetrailError } from '../kernel/errors';
import { SCOPES } from '../platform/http/bearer-guard';
import { connected } from './connect';
import { print, printJson } from './terminal';

export function tokenCommand(): Command {
  return new Command('token')
    .description('Bearer tokens for reading and operating.')
    .addCommand(addCommand());
}

function addCommand(): Command {
  return new Command('add')
    .description('Make a token; it is printed this once.')
    .argument('<label>', 'what it is for')
    .option('--scopes <scopes>', `comma separated: ${SCOPES.join(', ')}`, 'read')
    .option('--tenant <tenant>', 'what it may see (default: all tenants)')
    .option('--json', 'print one JSON document')
    .action(async (label: string, options: { scopes: string; tenant?: string; json?: boolean }) => {
      const wanted = newToken.safeParse({
        label,
        scopes: options.scopes.split(','),
        tenant: options.tenant ?? null,
      });
      if (!wanted.success) {
        const mistakes = wanted.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
        throw new CasetrailError('invalid_input', mistakes.join('; '));
      }
      await connected(async ({ orm }) => {
        const token = await new TokenService(orm, '', Date.now).add(wanted.data);
        if (options.json === true)
          printJson({ label, token, scopes: wanted.data.scopes, tenant: wanted.data.tenant });
        else print(token);
      });
    });
}
