import { bodyOf } from '../../../src/cli/samples/bodies';
import { type Body } from '../../../src/cli/samples/happening';
import { type Answer, Answers } from '../../../src/ingress/answer';
import { withoutRequest } from '../../../src/ingress/authentic';
import { newReceiptId } from '../../../src/ingress/receipt';
import { type Source, SourceRegistry } from '../../../src/ingress/sources/source-registry';
import { SecretBox } from '../../../src/kernel/secret-box';
import { type Database, openDatabase } from '../../../src/platform/postgres/database';
import { hours, openDesk } from '../../sla-config/support/desk';
import { SECRETS_KEY, startApp, type TestApp } from '../../support/app';
import { type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { sixWeeks, type Told } from './help-desk';

const SOURCE = 'acme';
const WINDOW = 256;
const CATCH_UP_MS = 60_000;

export const BERLIN = hours('09:00', '18:00');
export const TARGETS = { first_response: 1200, next_response: 900, resolution: 7200 };

export interface AnalystsDesk {
  /** All that was sent, in the order of arrival. */
  readonly told: readonly Told[];
  readonly app: TestApp;
  /** As the analysts' role. */
  readonly analyst: Database;
  readonly superuser: Database;
  close(): Promise<void>;
}

/** Six weeks of a help desk with opening hours and targets, to be read as an analyst reads them. */
export async function openAnalystsDesk(database: TestDatabase): Promise<AnalystsDesk> {
  await configureSla(database);
  const app = await startApp(database.url);
  const access = { url: database.url, poolMax: 2, applicationName: 'test-analyst' };
  const superuser = openDatabase(access);
  const analyst = openDatabase({ ...access, role: 'casetrail_analyst' });
  await app.addSource({ name: SOURCE, profile: 'telegram-crm' });
  const source = await sourceOf(app, SOURCE);
  const told = sixWeeks(Date.now());
  for (let at = 0; at < told.length; at += WINDOW)
    await Promise.all(
      told.slice(at, at + WINDOW).map((one) => deliver(app, source, bodyTold(one, source), one.receivedAt)),
    );
  await caughtUp(superuser);
  return {
    told,
    app,
    analyst,
    superuser,
    close: async () => {
      await Promise.all([analyst.close(), superuser.close(), app.close()]);
    },
  };
}

async function configureSla(database: TestDatabase): Promise<void> {
  const desk = openDesk(database);
  const policy = { basis: 'business' as const, targets: { default: TARGETS } };
  await desk.apply({ schedules: { berlin: BERLIN }, schedule: 'berlin', policy, tenant: SOURCE });
  await desk.close();
}

/** As the node itself knows it, with everything that decides how its webhooks are read. */
export async function sourceOf(app: TestApp, name: string): Promise<Source> {
  const registry = new SourceRegistry(app.services.db, new SecretBox(SECRETS_KEY), () => undefined);
  await registry.refresh();
  const source = registry.byName(name);
  if (source === undefined) throw new Error(`there is no source ${name}`);
  return source;
}

function bodyTold({ happening, more }: Told, source: Source): Body {
  const body = bodyOf('telegram-crm', happening, source.integrationId);
  return { ...body, data: { ...(body?.['data'] as Body), ...more } };
}

/** A webhook whose sender is proved already. */
export async function deliver(
  app: TestApp,
  source: Source,
  body: Body,
  receivedAt = Date.now(),
): Promise<Answer> {
  const answers = new Answers(newReceiptId(receivedAt));
  const raw = Buffer.from(JSON.stringify(body));
  const arrival = { receiptId: answers.receiptId, receivedAt, raw, webhookId: answers.receiptId };
  const delivery = withoutRequest({ ...arrival, keyId: null, traceparent: null }, false);
  const answer = await app.services.receiver.receiveAgain(source, delivery, answers);
  if (answer.status !== 200 && answer.status !== 409) throw new Error(JSON.stringify(answer.body));
  return answer;
}

/** Nothing waits: what was sent can be read. */
export async function caughtUp(db: Database): Promise<void> {
  const text = 'SELECT count(*)::int AS behind FROM rpt.projection_state WHERE position < lane_head';
  await eventually(async () => expect(await db.query({ text })).toEqual([{ behind: 0 }]), CATCH_UP_MS);
}
