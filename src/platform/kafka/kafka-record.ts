export interface KafkaRecord {
  readonly key: string;
  /** Text goes out as UTF-8. */
  readonly value: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds of the Unix epoch. */
  readonly timestamp: number;
}

export interface Ack {
  readonly topic: string;
  readonly partition: number;
  /** Where the first record of the batch stands; decimal. */
  readonly baseOffset: string;
}
