import request from 'supertest';
import { type Incoming } from '../../../src/ledger/incoming';
import { ADMIN_TOKEN, startApp, type TestApp } from '../../support/app';
import { type TestDatabase } from '../../support/database';

const PATIENCE_MS = 15_000;

export interface Reading {
  readonly app: TestApp;
  get(path: string, token?: string): request.Test;
  /** Appends in order; the position of the last, as a webhook's answer prints it. */
  append(...events: readonly Incoming[]): Promise<string>;
  /** The same, and waits until it is to be read. */
  projected(...events: readonly Incoming[]): Promise<void>;
}

/** An app to read from, with events appended behind its door. */
export async function startReading(database: TestDatabase): Promise<Reading> {
  const app = await startApp(database.url);
  const get = (path: string, token = ADMIN_TOKEN): request.Test =>
    request(app.url).get(path).set('authorization', `Bearer ${token}`);
  const append = async (...events: readonly Incoming[]): Promise<string> => {
    let position = '';
    for (const event of events) {
      const outcome = await app.services.ledger.append(event, Date.now() + PATIENCE_MS);
      if (outcome.kind !== 'stored')
        throw new Error(`expected a stored event, got ${JSON.stringify(outcome)}`);
      position = `${outcome.receipt.lane}:${outcome.receipt.position}`;
    }
    return position;
  };
  const projected = async (...events: readonly Incoming[]): Promise<void> => {
    const positions = new Set<string>();
    for (const event of events) positions.add(await append(event));
    for (const position of positions) {
      await get(`/v1/queues?at_least=${position}`).set('prefer', 'wait=30').expect(200);
    }
  };
  return { app, get, append, projected };
}
