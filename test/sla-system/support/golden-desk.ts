import { Answers } from '../../../src/ingress/answer';
import { withoutRequest } from '../../../src/ingress/authentic';
import { IngressCounters } from '../../../src/ingress/journal/ingress-counters';
import { Warnings } from '../../../src/ingress/journal/warnings';
import { newReceiptId } from '../../../src/ingress/receipt';
import { WebhookReceiver } from '../../../src/ingress/receive';
import { SourceRegistry } from '../../../src/ingress/sources/source-registry';
import { SecretBox } from '../../../src/kernel/secret-box';
import { type Database } from '../../../src/platform/postgres/database';
import { ApplySla, ApplySlaHandler } from '../../../src/sla/apply-sla';
import { type ExplainedTicket, explainTicket } from '../../../src/sla/explain/explain-ticket';
import { slaFile } from '../../../src/sla/sla-file';
import golden from '../../golden/sla-golden.json';
import { SECRETS_KEY, startApp, type TestApp } from '../../support/app';
import { type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { openLedger, type TestLedger } from '../../support/ledger';
import { type SlaScenario } from '../../sla/support/golden';
import { type Line, profileOf } from './golden-lines';

/** A running node, a source and a tenant for each scenario, and imports beside it as the command line does them. */
export class GoldenDesk {
  private constructor(
    readonly app: TestApp,
    private readonly beside: TestLedger,
    private readonly registry: SourceRegistry,
    private readonly receiver: WebhookReceiver,
  ) {}

  static async open(database: TestDatabase): Promise<GoldenDesk> {
    const app = await startApp(database.url);
    const beside = openLedger(database);
    const { db, ledger } = beside;
    const log = (message: string): void => {
      throw new Error(message);
    };
    const warnings = new Warnings(new IngressCounters(), log);
    const journal = { noteUse: () => undefined };
    const receiver = new WebhookReceiver({ db, ledger, journal, warnings, log });
    return new GoldenDesk(app, beside, new SourceRegistry(db, new SecretBox(SECRETS_KEY), log), receiver);
  }

  get db(): Database {
    return this.app.services.db;
  }

  /** The scenario's rules for its tenant, and so many sources. */
  async prepare(scenario: SlaScenario, sources: readonly string[]): Promise<void> {
    const tenant = tenantOf(scenario);
    for (const name of sources) {
      const settings = { bot_answers: scenario.bot_answers ?? false };
      await this.app.addSource({ name, profile: profileOf(scenario.events), tenant, settings });
    }
    await new ApplySlaHandler(this.db).execute(
      new ApplySla(slaFile.parse(slaFileOf(scenario)), { actor: 'test', tenant: null }),
    );
  }

  /** One line behind the other. */
  async import(sourceName: string, lines: readonly Line[]): Promise<void> {
    if (this.registry.byName(sourceName) === undefined) await this.registry.refresh();
    const source = this.registry.byName(sourceName);
    if (source === undefined) throw new Error(`there is no source ${sourceName}`);
    for (const { received_at, body } of lines) {
      const receivedAt = Date.parse(received_at);
      const receiptId = newReceiptId(receivedAt);
      const arrival = { receiptId, receivedAt, raw: Buffer.from(JSON.stringify(body)), webhookId: null };
      const delivery = withoutRequest({ ...arrival, keyId: null, traceparent: null }, false, true);
      const { status, body: answer } = await this.receiver.receiveAgain(
        source,
        delivery,
        new Answers(receiptId),
      );
      if (status !== 200 && answer['code'] !== 'invalid_transition')
        throw new Error(`${sourceName}: ${JSON.stringify(answer)}`);
    }
  }

  async explained(tenant: string, ticketId: string, asOf: string): Promise<ExplainedTicket> {
    const address = { id: `${tenant}/${ticketId}`, tenant: null, source: null };
    return (await explainTicket(this.db, address, Date.parse(asOf))).explained;
  }

  /** Until the tables hold what the log holds, and follow what was applied: a node looks for that once a second. */
  async projected(): Promise<void> {
    await eventually(async () => {
      const behind = await this.db.query({
        text: `SELECT FROM rpt.projection_state WHERE position < lane_head`,
      });
      expect(behind).toEqual([]);
      const old = await this.db.query({
        text: `SELECT FROM rpt.ticket_metrics m WHERE m.config_revision < (
                 SELECT max(v.id) FROM app.sla_version v
                 WHERE v.tenant = m.tenant_id AND v.valid_from IS NULL AND v.kind <> 'bot_answers')`,
      });
      expect(old).toEqual([]);
    }, 60_000);
  }

  async close(): Promise<void> {
    await this.beside.close();
    await this.app.close();
  }
}

export function tenantOf({ id }: SlaScenario): string {
  return id.toLowerCase();
}

/** What `casetrail sla apply` takes for a scenario's tenant. */
export function slaFileOf(scenario: SlaScenario): object {
  const schedules = golden.schedules as Readonly<Record<string, unknown>>;
  const { schedule, policy } = scenario;
  return { schedules: { [schedule]: schedules[schedule] }, schedule, policy, tenant: tenantOf(scenario) };
}
