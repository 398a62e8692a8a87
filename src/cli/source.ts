import { Command } from 'commander';
import { PROFILE_NAMES } from '../ingress/profiles';
import { newSource, SourceService } from '../ingress/sources/source-service';
import { CasetrailError } from '../kernel/errors';
import { connected } from './connect';
import { curlLine, sampleWebhook } from './sample';
import { print, printJson } from './terminal';

export function sourceCommand(): Command {
  return new Command('source')
    .description('The senders of webhooks.')
    .addCommand(addCommand())
    .addCommand(listCommand());
}

function addCommand(): Command {
  return new Command('add')
    .description('Make a source; prints its URL and, this once, its secret.')
    .argument('<name>', 'lower-case letters, digits, dash and underscore')
    .requiredOption('--profile <profile>', `one of ${PROFILE_NAMES.join(', ')}`)
    .option('--tenant <tenant>', 'whose tickets these are (default: the name)')
    .option('--key <key>', 'last part of the URL (default: unguessable)')
    .option('--json', 'print one JSON document')
    .action(
      async (name: string, options: { profile: string; tenant?: string; key?: string; json?: boolean }) => {
        const { profile, tenant, key } = options;
        const wanted = newSource.safeParse({ name, profile, tenant, key });
        if (!wanted.success) {
          const mistakes = wanted.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
          throw new CasetrailError('invalid_input', mistakes.join('; '));
        }
        await connected(async ({ orm, secrets, url }) => {
          const made = await new SourceService(orm, secrets).add(wanted.data);
          const endpoint = `${url}/v1/ingress/${made.key}`;
          if (options.json === true) {
            const { key: madeKey, secret, integrationId: integration_id, tenant: madeTenant } = made;
            printJson({ name, key: madeKey, url: endpoint, secret, integration_id, tenant: madeTenant });
            return;
          }
          print(`Source ${name} of tenant ${made.tenant}`);
          print(`  URL     ${endpoint}`);
          print(`  secret  ${made.secret}   (shown this once)`);
          print(
            '  The signature covers event_id, event_type and timestamp, not the body: let only TLS carry it.',
          );
          print(`\nTry it:\n  ${curlLine(endpoint, sampleWebhook(made.integrationId, made.secret))}`);
        });
      },
    );
}

function listCommand(): Command {
  return new Command('list')
    .description('All sources.')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      await connected(async ({ orm, secrets, url }) => {
        const rows = await new SourceService(orm, secrets).list();
        const sources = rows.map(({ name, key, tenant, profile, status }) => {
          return { name, key, tenant, profile, status, url: `${url}/v1/ingress/${key}` };
        });
        if (options.json === true) printJson(sources);
        else for (const s of sources) print(`${s.name}  ${s.tenant}  ${s.profile}  ${s.status}  ${s.url}`);
      });
    });
}
