import { CasetrailError } from '../../kernel/errors';
import { adviceOn } from './kafka-advice';

/** The batch may or may not be on the topic: read again from the checkpoint and publish again, on a new producer. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

/** Kafka will refuse this batch every time: only a person can help. */
export class Unpublishable extends Error {
  override readonly name = 'Unpublishable';

  constructor(
    /** Kafka's own name of the error. */
    readonly type: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

const NEVER_PASSES: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'POLICY_VIOLATION',
]);

/** Every other failure of a send leaves its outcome unknown, whatever it looks like. */
export function publishError(
  thrown: unknown,
  topic: string,
  partition: number,
): UnknownOutcome | Unpublishable {
  if (thrown instanceof UnknownOutcome) return thrown;
  const where = `${topic} partition ${partition}`;
  const type = kafkaErrorType(thrown);
  if (type !== undefined && NEVER_PASSES.has(type)) {
    const message = `Kafka refuses the next events of ${where}: ${explained(thrown)}`;
    return new Unpublishable(type, message, { cause: thrown });
  }
  return new UnknownOutcome(`publishing to ${where} failed: ${explained(thrown)}`, { cause: thrown });
}

/** A failure of an administrative or reading request in our words. */
export function requestError(thrown: unknown, what: string): CasetrailError {
  if (thrown instanceof CasetrailError) return thrown;
  const message = `Kafka: ${what} failed: ${explained(thrown)}`;
  return new CasetrailError('dependency_unavailable', message, { cause: thrown });
}

/** Kafka's name of an error, which kafkajs puts on the error, on one of several, or on a cause further down. */
export function kafkaErrorType(thrown: unknown): string | undefined {
  for (const error of chainOf(thrown)) {
    if ('type' in error && typeof error.type === 'string') return error.type;
  }
  return undefined;
}

function explained(thrown: unknown): string {
  const message = messageOf(thrown).replace(/[.\s]+$/, '');
  const advice = adviceOn(chainOf(thrown).flatMap(traitsOf));
  return advice === undefined ? message : `${message}. ${advice}`;
}

function traitsOf(error: Error): string[] {
  const { name, type, code, message } = error as Error & { type?: unknown; code?: unknown };
  return [name, type, code, message].filter((trait) => typeof trait === 'string');
}

/** The error and what caused it, outermost first. */
function chainOf(thrown: unknown): Error[] {
  const chain: Error[] = [];
  for (let error = thrown; error instanceof Error && !chain.includes(error); error = inner(error))
    chain.push(error);
  return chain;
}

function inner(error: Error): unknown {
  const several = 'errors' in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : [];
  return several[0] ?? error.cause;
}

function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const first = inner(thrown);
  return 'errors' in thrown && first instanceof Error ? first.message : thrown.message;
}
