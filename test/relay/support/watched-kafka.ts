import { type Kafka, type Producer, type ProducerRecord } from 'kafkajs';

export interface SendSeen {
  /** Which producer, counted from 1. */
  readonly producer: number;
  readonly partitions: ReadonlySet<number | undefined>;
}

/** A real connection that tells what its producers were asked for, and can lose an answer after Kafka acted. */
export class WatchedKafka implements Pick<Kafka, 'producer'> {
  readonly sends: SendSeen[] = [];
  producers = 0;
  disconnected = 0;
  #answersToLose = 0;
  #holdBack: Promise<void> = Promise.resolve();

  constructor(private readonly kafka: Kafka) {}

  loseNextAnswer(): void {
    this.#answersToLose += 1;
  }

  /** Answers wait until the returned function is called. */
  holdAnswers(): () => void {
    let release: () => void = () => undefined;
    this.#holdBack = new Promise((resolve) => (release = resolve));
    return release;
  }

  readonly producer = (config?: Parameters<Kafka['producer']>[0]): Producer => {
    const producer = this.kafka.producer(config);
    this.producers += 1;
    const number = this.producers;
    return {
      ...producer,
      send: async (record: ProducerRecord) => {
        this.sends.push({
          producer: number,
          partitions: new Set(record.messages.map(({ partition }) => partition)),
        });
        const answer = await producer.send(record);
        await this.#holdBack;
        if (this.#answersToLose > 0) {
          this.#answersToLose -= 1;
          throw new Error('the answer was lost');
        }
        return answer;
      },
      disconnect: async () => {
        await producer.disconnect();
        this.disconnected += 1;
      },
    };
  };
}
