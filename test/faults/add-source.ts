import { type FaultyCluster } from './cluster';

/** One whose tickets the load writes to. */
export async function addSource(
  cluster: FaultyCluster,
): Promise<{ key: string; source: { secret: string; integrationId: string } }> {
  const made = await cluster.command('source', 'add', 'faults', '--profile', 'telegram-crm', '--json');
  if (made.code !== 0) throw new Error(`no source could be made:\n${made.output}`);
  const { key, secret, integration_id: integrationId } = JSON.parse(made.output) as Record<string, string>;
  return { key: key ?? '', source: { secret: secret ?? '', integrationId: integrationId ?? '' } };
}
