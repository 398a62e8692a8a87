import { type z } from 'zod';
import { type Acting } from '../../../src/platform/http/bearer-guard';
import { type Database, openDatabase } from '../../../src/platform/postgres/database';
import { ApplySla, ApplySlaHandler } from '../../../src/sla/apply-sla';
import { ListSla, ListSlaHandler, type SlaListing } from '../../../src/sla/list-sla';
import { reprocessRequest, ReprocessSla, ReprocessSlaHandler } from '../../../src/sla/reprocess-sla';
import { type SlaChange } from '../../../src/sla/sla-change-view';
import { slaFile } from '../../../src/sla/sla-file';
import { type TestDatabase } from '../../support/database';

/** Who configures SLAs, with the app's role. */
export interface Desk {
  readonly db: Database;
  addSource(name: string, tenant?: string, settings?: object): Promise<void>;
  setSettings(name: string, settings: object): Promise<void>;
  apply(file: z.input<typeof slaFile>, acting?: Acting): Promise<SlaChange>;
  reprocess(request: z.input<typeof reprocessRequest>, acting?: Acting): Promise<SlaChange>;
  list(tenant?: string): Promise<SlaListing>;
  close(): Promise<void>;
}

export const ANYWHERE: Acting = { actor: 'test', tenant: null };

export function openDesk(database: TestDatabase, role = 'casetrail_app'): Desk {
  const db = openDatabase({ url: database.url, poolMax: 4, applicationName: 'test', role });
  const sql = async (text: string, ...values: unknown[]): Promise<void> => {
    await db.query({ text, values });
  };
  return {
    db,
    addSource: (name, tenant = name, settings = {}) =>
      sql(
        `INSERT INTO app.source (name, key, tenant, integration_id, profile, settings)
         VALUES ($1, $1, $2, $1, 'telegram-crm', $3)`,
        name,
        tenant,
        settings,
      ),
    setSettings: (name, settings) =>
      sql('UPDATE app.source SET settings = $2 WHERE name = $1', name, settings),
    apply: (file, acting = ANYWHERE) =>
      new ApplySlaHandler(db).execute(new ApplySla(slaFile.parse(file), acting)),
    reprocess: (request, acting = ANYWHERE) =>
      new ReprocessSlaHandler(db).execute(new ReprocessSla(reprocessRequest.parse(request), acting)),
    list: (tenant) => new ListSlaHandler(db).execute(new ListSla(tenant ?? null)),
    close: () => db.close(),
  };
}

export const policy = {
  basis: 'business' as const,
  targets: { default: { first_response: 3600, resolution: 28_800 } },
};

export function hours(from: string, to: string, more: object = {}): object {
  const day = [[from, to]];
  return {
    timezone: 'Europe/Berlin',
    versions: [{ valid_from: null, weekly: { mon: day, tue: day, wed: day, thu: day, fri: day } }],
    holidays: [],
    ...more,
  };
}
