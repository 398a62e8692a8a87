import { IngressCounters } from '../ingress/journal/ingress-counters';
import { Warnings } from '../ingress/journal/warnings';
import { QuarantineService } from '../ingress/quarantine/quarantine-service';
import { WebhookReceiver } from '../ingress/receive';
import { SourceRegistry } from '../ingress/sources/source-registry';
import { SourceService } from '../ingress/sources/source-service';
import { CasetrailError } from '../kernel/errors';
import { Ledger } from '../ledger/ledger';
import { type Database, openDatabase } from '../platform/postgres/database';
import { type Connection, connected } from './connect';
import { say } from './terminal';

const SECOND = 1000;
const QUEUE_BYTES_MAX = 64 * 1024 * 1024;
const LOG = { text: 'SELECT log_id AS "logId", lanes FROM es.log' } as const;

/** For commands that append: a writer of their own beside the running nodes, which may be none. */
export interface Workbench extends Connection {
  readonly db: Database;
  readonly logId: string;
  readonly registry: SourceRegistry;
  readonly receiver: WebhookReceiver;
  readonly quarantine: QuarantineService;
}

export async function atWorkbench<T>(work: (workbench: Workbench) => Promise<T>): Promise<T> {
  return connected(async (connection) => {
    const db = openDatabase({ url: connection.databaseUrl, poolMax: 4, applicationName: 'casetrail-cli' });
    try {
      const [log] = await db.query<{ logId: string; lanes: number }>(LOG);
      if (log === undefined) throw new CasetrailError('conflict', 'The database holds no log yet.');
      const ledger = new Ledger(db, {
        lanes: log.lanes,
        batchMax: connection.config.append.batchMax,
        queueMax: connection.config.append.queueMax,
        queueBytesMax: QUEUE_BYTES_MAX,
        clock: Date.now,
        log: say,
        onAppended: () => undefined,
      });
      const registry = new SourceRegistry(db, connection.secrets, say);
      const warnings = new Warnings(new IngressCounters(), say);
      const journal = { noteUse: () => undefined };
      const receiver = new WebhookReceiver({ db, ledger, journal, warnings, log: say });
      const quarantine = new QuarantineService({ db, sources: registry, receiver });
      try {
        return await work({ ...connection, db, logId: log.logId, registry, receiver, quarantine });
      } finally {
        await ledger.close(10 * SECOND);
      }
    } finally {
      await db.close();
    }
  });
}

/** So that a misspelt name is told, and not taken for a source without deliveries. */
export async function refuseUnknown({ orm, secrets }: Workbench, source: string | undefined): Promise<void> {
  if (source !== undefined) await new SourceService(orm, secrets).get(source, null);
}
