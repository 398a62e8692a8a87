import { userInfo } from 'node:os';
import { Command } from 'commander';
import { FACTORS } from '../ingress/auth/scheme';
import { PROFILE_NAMES, PROFILES } from '../ingress/profiles';
import { policyOf } from '../ingress/sources/policy';
import { givenSecret, newSource, type SourceChange, SourceService } from '../ingress/sources/source-service';
import { type SourceSettings, sourceSettings } from '../ingress/sources/source-settings';
import { type SourceRow } from '../ingress/sources/source.entity';
import { sourceDetails } from '../ingress/sources/source-view';
import { CasetrailError } from '../kernel/errors';
import { type Acting } from '../platform/http/bearer-guard';
import { type Connection, connected } from './connect';
import { checked, collect, duration, future } from './flags';
import { curlLine, sampleWebhook } from './sample';
import { print, printJson } from './terminal';

const DAY = 24 * 60 * 60 * 1000;

export function sourceCommand(): Command {
  return new Command('source')
    .description('The senders of webhooks.')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(rotateCommand())
    .addCommand(setCommand())
    .addCommand(changeCommand('pause', 'Take deliveries and hold them until the source is resumed.'))
    .addCommand(changeCommand('resume', 'Take deliveries again; what was held is appended.'))
    .addCommand(changeCommand('block', 'Refuse all deliveries until the source is resumed.'))
    .addCommand(changeCommand('retire', 'Refuse all deliveries for good.'))
    .addCommand(armCommand())
    .addCommand(revokeCommand());
}

interface AddFlags {
  readonly profile: string;
  readonly tenant?: string;
  readonly key?: string;
  readonly integrationId?: string;
  readonly botAnswers?: boolean;
  readonly require?: string[];
  readonly ipAllow?: string[];
  readonly set?: string;
  readonly secret?: string;
  readonly json?: boolean;
}

function addCommand(): Command {
  return new Command('add')
    .description('Make a source; prints its URL and, this once, its secret.')
    .argument('<name>', 'lower-case letters, digits, dash and underscore')
    .requiredOption('--profile <profile>', `one of ${PROFILE_NAMES.join(', ')}`)
    .option('--tenant <tenant>', 'whose tickets these are (default: the name)')
    .option('--key <key>', 'last part of the URL (default: unguessable)')
    .option('--integration-id <id>', 'what the envelope names (default: the name)')
    .option('--bot-answers', "a bot's answer ends a customer's wait")
    .option('--require <factors>', `a second factor: ${FACTORS.join(', ')}`, collect)
    .option('--ip-allow <ranges>', 'addresses or CIDR ranges it may send from', collect)
    .option('--secret <secret>', "the sender's own, where it makes them (default: a new one)")
    .option('--set <json>', 'further settings as a JSON object (docs/sources.md)')
    .option('--json', 'print one JSON document')
    .action(async (name: string, flags: AddFlags) => {
      const { profile, tenant, key, integrationId } = flags;
      const settings = settingsOf(flags);
      const wanted = checked(newSource, {
        name,
        profile,
        tenant,
        key,
        integration_id: integrationId,
        settings,
        secret: flags.secret,
      });
      await connected(async (connection) => {
        const made = await serviceOf(connection).add(wanted, acting());
        const endpoint = `${connection.url}/v1/ingress/${made.key}`;
        if (flags.json === true) {
          const { key: madeKey, secret, integrationId: integration_id, tenant: madeTenant } = made;
          printJson({ name, key: madeKey, url: endpoint, secret, integration_id, tenant: madeTenant });
          return;
        }
        print(`Source ${name} of tenant ${made.tenant}`);
        print(`  URL     ${endpoint}`);
        print(`  secret  ${made.secret}   (shown this once)`);
        const { caution } = PROFILES[wanted.profile];
        if (caution !== null) print(`  ${caution}`);
        const policy = policyOf(made.profile, settings);
        if (typeof policy === 'string') return;
        const sample = sampleWebhook(policy, made.integrationId, made.secret);
        if (sample !== null) print(`\nTry it:\n  ${curlLine(endpoint, sample)}`);
      });
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('All sources.')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      await connected(async (connection) => {
        const rows = await serviceOf(connection).list();
        const sources = rows.map(({ name, key, tenant, profile, status }) => {
          return { name, key, tenant, profile, status, url: `${connection.url}/v1/ingress/${key}` };
        });
        if (options.json === true) printJson(sources);
        else for (const s of sources) print(`${s.name}  ${s.tenant}  ${s.profile}  ${s.status}  ${s.url}`);
      });
    });
}

interface Shown {
  readonly caution: string | null;
  readonly settings: object;
  readonly armed_until: Date | null;
  readonly keys: readonly ShownKey[];
  readonly tokens: readonly (ShownKey & { readonly token_id: string; readonly label: string })[];
}

interface ShownKey {
  readonly key_id: string;
  readonly is_live: boolean;
  readonly not_after: Date | null;
  readonly last_used_at: Date | null;
}

function showCommand(): Command {
  return new Command('show')
    .description('One source: its settings, keys and tokens. Secrets are never shown.')
    .argument('<name>')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: { json?: boolean }) => {
      await connected(async (connection) => {
        const sources = serviceOf(connection);
        const row = await sources.get(name, null);
        const shown = (await sourceDetails(sources, row, Date.now())) as Shown;
        const url = `${connection.url}/v1/ingress/${row.key}`;
        if (options.json === true) printJson({ ...shown, url });
        else show(row, shown, url);
      });
    });
}

function show(row: SourceRow, shown: Shown, url: string): void {
  print(`Source ${row.name} of tenant ${row.tenant}: ${row.profile}, ${row.status}`);
  print(`  URL             ${url}`);
  print(`  integration_id  ${row.integrationId}`);
  if (shown.caution !== null) print(`  ${shown.caution}`);
  if (shown.armed_until !== null) print(`  setup window until ${shown.armed_until.toISOString()}`);
  print(`  settings        ${JSON.stringify(shown.settings)}`);
  const line = (id: string, key: ShownKey): string => {
    const until = key.not_after === null ? '' : ` until ${key.not_after.toISOString()}`;
    const used = key.last_used_at === null ? 'never used' : `last used ${key.last_used_at.toISOString()}`;
    return `  ${id}  ${key.is_live ? 'live' : 'dead'}${until}, ${used}`;
  };
  for (const key of shown.keys) print(line(key.key_id, key));
  for (const token of shown.tokens) print(`${line(token.token_id, token)}  ${token.label}`);
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('Make a new secret; the ones before stay good for a grace.')
    .argument('<name>')
    .option(
      '--grace <duration>',
      'how long the ones before stay good, such as 24h; 0 ends them now',
      duration,
      DAY,
    )
    .option('--expires <instant>', 'when the new secret stops being good', future)
    .option('--secret <secret>', "the sender's own, where it makes them")
    .option('--json', 'print one JSON document')
    .action(
      async (name: string, flags: { grace: number; expires?: Date; secret?: string; json?: boolean }) => {
        const given = checked(givenSecret.optional(), flags.secret);
        await connected(async (connection) => {
          const made = await serviceOf(connection).rotate(name, flags.grace, acting(), {
            notAfter: flags.expires ?? null,
            given,
          });
          const { keyId: key_id, secret, othersUntil } = made;
          if (flags.json === true) printJson({ name, key_id, secret, others_until: othersUntil });
          else {
            print(`Source ${name}: key ${key_id}`);
            print(`  secret  ${secret}   (shown this once)`);
            print(`  The keys before it stay good until ${othersUntil.toISOString()}.`);
          }
        });
      },
    );
}

function setCommand(): Command {
  return new Command('set')
    .description('Replace the settings of a source (docs/sources.md).')
    .argument('<name>')
    .argument('<json>', 'all settings as one JSON object; {} = as its profile')
    .option('--json', 'print one JSON document')
    .action(async (name: string, text: string, options: { json?: boolean }) => {
      const settings = checked(sourceSettings, jsonObject(text));
      await connected(async (connection) => {
        const row = await serviceOf(connection).configure(name, settings, acting());
        if (options.json === true) printJson({ name, settings: row.settings });
        else print(`Source ${name}: ${JSON.stringify(row.settings)}`);
      });
    });
}

function changeCommand(change: SourceChange, description: string): Command {
  return new Command(change)
    .description(description)
    .argument('<name>')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: { json?: boolean }) => {
      await connected(async (connection) => {
        const { status } = await serviceOf(connection).change(name, change, acting());
        if (options.json === true) printJson({ name, status });
        else print(`Source ${name} is ${status}.`);
      });
    });
}

function armCommand(): Command {
  return new Command('arm')
    .description(
      "For 15 minutes an unsigned ping is answered, and nothing else: for the Save button of a sender's console.",
    )
    .argument('<name>')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: { json?: boolean }) => {
      await connected(async (connection) => {
        const until = await serviceOf(connection).arm(name, acting());
        if (options.json === true) printJson({ name, armed_until: until });
        else print(`Source ${name} answers an unsigned ping until ${until.toISOString()}.`);
      });
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('End a key or token of a source now.')
    .argument('<name>')
    .argument('<key>', 'such as k_1 or t_1')
    .option('--json', 'print one JSON document')
    .action(async (name: string, key: string, options: { json?: boolean }) => {
      await connected(async (connection) => {
        await serviceOf(connection).revokeKey(name, key, acting());
        if (options.json === true) printJson({ name, key, status: 'revoked' });
        else print(`Source ${name}: ${key} is revoked.`);
      });
    });
}

export function acting(): Acting {
  return { actor: `cli:${userName()}`, tenant: null };
}

/** A container may run under a number that stands for nobody. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function serviceOf({ orm, secrets }: Connection): SourceService {
  return new SourceService(orm, secrets);
}

function settingsOf({ botAnswers, require, ipAllow, set }: AddFlags): SourceSettings {
  return checked(sourceSettings, {
    ...(set === undefined ? {} : jsonObject(set)),
    ...(botAnswers === undefined ? {} : { bot_answers: botAnswers }),
    ...(require === undefined ? {} : { require }),
    ...(ipAllow === undefined ? {} : { ip_allow: ipAllow }),
  });
}

function jsonObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // told below
  }
  throw new CasetrailError('invalid_input', 'The settings must be one JSON object.');
}
