import { Command } from 'commander';
import { newToken, TokenService } from '../admin/token-service';
import { SourceService } from '../ingress/sources/source-service';
import { CasetrailError } from '../kernel/errors';
import { SCOPES } from '../platform/http/bearer-guard';
import { type Connection, connected } from './connect';
import { checked, collect, future } from './flags';
import { acting } from './source';
import { print, printJson } from './terminal';

export function tokenCommand(): Command {
  return new Command('token')
    .description('Bearer tokens for reading and operating, and for senders.')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

interface AddFlags {
  readonly scopes?: string[];
  readonly tenant?: string;
  readonly source?: string;
  readonly events?: string[];
  readonly expires?: Date;
  readonly json?: boolean;
}

function addCommand(): Command {
  return new Command('add')
    .description('Make a token; it is printed this once.')
    .argument('<label>', 'what it is for')
    .option('--scopes <scopes>', `comma separated: ${SCOPES.join(', ')} (default: read)`, collect)
    .option('--tenant <tenant>', 'what it may see (default: all tenants)')
    .option('--source <name>', 'a token for the sender of this source instead')
    .option('--events <types>', 'with --source: the event types it may send (default: all)', collect)
    .option('--expires <instant>', 'when it stops being good', future)
    .option('--json', 'print one JSON document')
    .action(async (label: string, flags: AddFlags) => {
      refuseMixture(flags);
      if (flags.source === undefined) await addReader(label, flags);
      else await addSender(label, flags.source, flags);
    });
}

/** The two kinds of token have nothing in common but their look. */
function refuseMixture({ source, events, scopes, tenant }: AddFlags): void {
  if (source === undefined && events !== undefined) {
    throw new CasetrailError('invalid_input', '--events is for tokens of a sender: name it with --source.');
  }
  if (source !== undefined && (scopes !== undefined || tenant !== undefined)) {
    const message = '--scopes and --tenant are for tokens that read and operate: leave --source out.';
    throw new CasetrailError('invalid_input', message);
  }
}

async function addReader(label: string, { scopes, tenant, expires, json }: AddFlags): Promise<void> {
  const wanted = checked(newToken, { label, scopes, tenant: tenant ?? null, expiresAt: expires ?? null });
  await connected(async (connection) => {
    const token = await serviceOf(connection).add(wanted, acting());
    if (json === true) printJson({ label, token, scopes: wanted.scopes, tenant: wanted.tenant });
    else print(token);
  });
}

async function addSender(label: string, source: string, { events, expires, json }: AddFlags): Promise<void> {
  await connected(async ({ orm, secrets }) => {
    const wanted = { label, scopes: events ?? null, notAfter: expires ?? null };
    const { tokenId, token } = await new SourceService(orm, secrets).addToken(source, wanted, acting());
    if (json === true) printJson({ label, source, token_id: tokenId, token, scopes: wanted.scopes });
    else print(token);
  });
}

function listCommand(): Command {
  return new Command('list')
    .description('All tokens for reading and operating; those of senders are in `source show`.')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      await connected(async (connection) => {
        const rows = await serviceOf(connection).list();
        const tokens = rows.map(({ label, scopes, tenant, expiresAt, revokedAt }) => {
          return { label, scopes, tenant, expires_at: expiresAt, revoked_at: revokedAt };
        });
        if (options.json === true) printJson(tokens);
        else {
          for (const { label, scopes, tenant, expires_at, revoked_at } of tokens) {
            const state =
              revoked_at !== null
                ? 'revoked'
                : expires_at === null
                  ? 'live'
                  : `until ${expires_at.toISOString()}`;
            print(`${label}  ${scopes.join(',')}  ${tenant ?? 'all tenants'}  ${state}`);
          }
        }
      });
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('End a token now, on every node.')
    .argument('<label>')
    .option('--json', 'print one JSON document')
    .action(async (label: string, options: { json?: boolean }) => {
      await connected(async (connection) => {
        await serviceOf(connection).revoke(label, acting());
        if (options.json === true) printJson({ label, status: 'revoked' });
        else print(`The token ${label} is revoked.`);
      });
    });
}

function serviceOf({ orm }: Connection): TokenService {
  return new TokenService(orm, '', Date.now);
}
