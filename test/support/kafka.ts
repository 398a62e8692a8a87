/** The brokers of this test run; only inside describeWithKafka. */
export function testBrokers(): string[] {
  const brokers = process.env.CASETRAIL_TEST_KAFKA;
  if (brokers === undefined) throw new Error(missingLine());
  return brokers.split(',');
}

/**
 * A suite against a real Kafka. On a machine that cannot run one it is reported as skipped, with the reason in its
 * name; in CI that would hide untested code, so there it is an error.
 */
export function describeWithKafka(name: string, suite: () => void): void {
  if (process.env.CASETRAIL_TEST_KAFKA !== undefined) {
    describe(name, suite);
    return;
  }
  if (process.env.CI === 'true') throw new Error(missingLine());
  describe.skip(`${name} (skipped: ${missingReason()})`, suite);
}

function missingLine(): string {
  return `No Kafka for the tests: ${missingReason()}.`;
}

function missingReason(): string {
  return process.env.CASETRAIL_TEST_KAFKA_MISSING ?? "jest's globalSetup has not run";
}
