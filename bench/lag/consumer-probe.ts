import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { Probe } from './probe';

/** A consumer with settings for promptness, as a service that shows tickets live has it. */
export class ConsumerProbe extends Probe {
  readonly name = 'a Kafka consumer';

  private constructor(private readonly consumer: Consumer) {
    super();
  }

  static async open(brokers: readonly string[], topic: string): Promise<ConsumerProbe> {
    const kafka = new Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: 'bench-lag', maxWaitTimeInMs: 20 });
    const probe = new ConsumerProbe(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachBatchAutoResolve: true,
      eachBatch: ({ batch }) => {
        for (const { headers } of batch.messages) {
          probe.see(`${batch.partition}:${String(headers?.['ce_position'])}`, true);
        }
        return Promise.resolve();
      },
    });
    return probe;
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
  }
}
