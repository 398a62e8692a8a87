import { describeWithKafka } from '../../support/kafka';
import { temporaryDataDir } from '../../support/cluster';
import { pointsMet } from './faults';
import { runRelayFaults } from './relay-run';

jest.setTimeout(300_000);

describeWithKafka('the relay of two nodes', () => {
  test('under load and every fault in turn publishes all that was accepted, in order, unbroken, byte for byte, and a consumer gets it', async () => {
    const lines: string[] = [];
    const report = await runRelayFaults({
      seconds: 5,
      awaySeconds: 2,
      directory: temporaryDataDir(),
      log: (line) => void lines.push(line),
    });
    expect(report.faults).toEqual([]);
    expect(report.events).toBeGreaterThan(100);
    expect(report.records).toBeGreaterThan(100);
    expect(report.tickets).toBeGreaterThan(20);
    expect(pointsMet(report.done).length).toBeGreaterThanOrEqual(3);
  });
});
