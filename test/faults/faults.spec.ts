import { temporaryDataDir } from '../support/cluster';
import { runFaults } from './fault-run';

const SECONDS = 15;

jest.setTimeout(150_000);

test('two nodes and PostgreSQL killed with -9 under load lose nothing that was acknowledged, and store it once', async () => {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const report = await runFaults({ seconds: SECONDS, directory: temporaryDataDir(), log });
  expect(report.faults).toEqual([]);
  expect(report.nodeKills).toBeGreaterThan(0);
  expect(report.postgresKills).toBeGreaterThan(0);
  expect(report.events).toBeGreaterThan(100);
});
