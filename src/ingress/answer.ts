import { problem } from '../platform/http/problem';
import { type AnswerStatus, type RefusalCode, REFUSALS } from './codes';

export interface FieldMistake {
  readonly path: string;
  readonly message: string;
}

/** What the sender is told, and what the journal is told about it. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** `accepted`, `duplicate` … or the problem's code. */
  readonly code: AnswerStatus | RefusalCode;
  readonly retryAfterS?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection can't be used any more: part of the body was not read. */
  readonly closes?: boolean;
  /** Which of the source's keys or tokens proved the sender; missing: the sender proved nothing. */
  readonly keyId?: string | null;
  /** Of a failed proof: looks for what would have matched. */
  readonly examine?: () => readonly string[];
  readonly eventId?: string | null;
}

export interface RefusalExtras {
  readonly retryAfterS?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly closes?: boolean;
  readonly errors?: readonly FieldMistake[];
  readonly members?: Readonly<Record<string, unknown>>;
}

/** One delivery's answers: each carries its receipt. */
export class Answers {
  constructor(readonly receiptId: string) {}

  refusal(code: RefusalCode, detail: string, extras: RefusalExtras = {}): Answer {
    const { status } = REFUSALS[code];
    const { retryAfterS, headers, closes, errors, members } = extras;
    const challenge = status === 401 ? { 'www-authenticate': challengeOf(code) } : {};
    return {
      status,
      code,
      ...(retryAfterS === undefined ? {} : { retryAfterS }),
      ...(closes === undefined ? {} : { closes }),
      headers: { ...challenge, ...headers },
      body: problem(status, code, detail, {
        receipt_id: this.receiptId,
        ...(retryAfterS === undefined ? {} : { retry_after_s: retryAfterS }),
        ...(errors === undefined ? {} : { errors }),
        ...members,
      }),
    };
  }

  success(status: AnswerStatus, members: Readonly<Record<string, unknown>> = {}): Answer {
    return {
      status: 200,
      code: status,
      body: {
        status,
        verdict: null,
        event_id: null,
        position: null,
        duplicate_of: null,
        ...members,
        receipt_id: this.receiptId,
      },
    };
  }
}

/** What is wrong. A source that absorbs was answered `quarantined`, with the mistake's code beside it. */
export function mistakeOf({ code, body }: Answer): string {
  return typeof body['code'] === 'string' ? body['code'] : code;
}

function challengeOf(code: RefusalCode): string {
  if (code === 'bearer_missing') return 'Bearer realm="casetrail"';
  if (code === 'bearer_invalid' || code === 'token_expired')
    return 'Bearer realm="casetrail", error="invalid_token"';
  return 'Signature realm="casetrail"';
}
