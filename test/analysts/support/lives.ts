import { type Happening } from '../../../src/cli/samples/happening';
import { type Told } from './help-desk';

const EXCLUDING = ['spam', 'merged'];

/** A wait of the customer, and how it ended. */
export interface Turn {
  readonly since: number;
  readonly until: number;
  readonly answeredBy: string | null;
}

/** What an attentive reader makes of everything that was told of one ticket, without any of the product's own code. */
export interface Life {
  readonly id: string;
  /** Null: nobody told. */
  readonly openedAt: number | null;
  readonly isExcluded: boolean;
  readonly isAdvertised: boolean;
  readonly firstAnswerAt: number | null;
  readonly solutions: readonly number[];
  readonly reopenings: number;
  readonly isDone: boolean;
  readonly turns: readonly Turn[];
  /** Answers in a row are one. */
  readonly answerRuns: number;
  /** When each status was taken. */
  readonly statuses: readonly { readonly at: number; readonly status: string }[];
}

export function livesOf(told: readonly Told[]): readonly Life[] {
  const byTicket = new Map<string, Told[]>();
  for (const one of onceEach(told)) {
    if (one.happening.kind === 'presence') continue;
    const { id } = one.happening.ticket;
    byTicket.set(id, [...(byTicket.get(id) ?? []), one]);
  }
  return [...byTicket].map(([id, own]) => lifeOf(id, inOrder(own)));
}

/** Without the repetitions: of each the first to arrive. */
export function onceEach(told: readonly Told[]): readonly Told[] {
  const first = new Map<string, Told>();
  for (const one of told) if (!first.has(one.happening.id)) first.set(one.happening.id, one);
  return [...first.values()];
}

function inOrder(own: readonly Told[]): Told[] {
  return [...own].sort((a, b) => a.happening.at - b.happening.at);
}

function lifeOf(id: string, own: readonly Told[]): Life {
  const reader = new Reader();
  for (const { happening, more } of own) reader.read(happening, more);
  const opening = own.find(({ happening }) => happening.kind === 'opened');
  return {
    id,
    openedAt: opening?.happening.at ?? null,
    isExcluded: own.some(({ more }) => EXCLUDING.includes(String(more['close_reason']))),
    isAdvertised: opening?.more['metadata'] !== undefined,
    ...reader.result(),
  };
}

class Reader {
  readonly #turns: Turn[] = [];
  readonly #solutions: number[] = [];
  readonly #statuses: { at: number; status: string }[] = [];
  #firstAnswerAt: number | null = null;
  #reopenings = 0;
  #isDone = false;
  /** For ever: nothing leads out of it. */
  #isMerged = false;
  #waitingSince: number | null = null;
  #lastWriter: 'customer' | 'agent' | null = null;
  #answerRuns = 0;

  read(happening: Happening, more: Told['more']): void {
    const { at } = happening;
    if (this.#statuses.length === 0) this.#statuses.push({ at, status: 'open' });
    if (happening.kind === 'opened') this.#customerWrote(at);
    if (happening.kind === 'resolved') this.#become('resolved', at);
    if (happening.kind === 'status' && !this.#isMerged) this.#become(happening.to, at);
    this.#isMerged ||= more['close_reason'] === 'merged';
    if (happening.kind !== 'message' || more['is_private'] === true) return;
    if (happening.from === 'customer') this.#customerWrote(at);
    else this.#agentWrote(happening.ticket.agentId, at);
  }

  result(): Omit<Life, 'id' | 'openedAt' | 'isExcluded' | 'isAdvertised'> {
    return {
      firstAnswerAt: this.#firstAnswerAt,
      solutions: this.#solutions,
      reopenings: this.#reopenings,
      isDone: this.#isDone,
      turns: this.#turns,
      answerRuns: this.#answerRuns,
      statuses: this.#statuses,
    };
  }

  #customerWrote(at: number): void {
    if (!this.#isDone) this.#waitingSince ??= at;
    this.#lastWriter = 'customer';
  }

  #agentWrote(agentId: string, at: number): void {
    this.#firstAnswerAt ??= at;
    if (this.#lastWriter !== 'agent') this.#answerRuns += 1;
    this.#lastWriter = 'agent';
    this.#endTurn(at, agentId);
  }

  #become(status: string, at: number): void {
    const willBeDone = status === 'resolved' || status === 'closed';
    this.#statuses.push({ at, status });
    if (willBeDone && !this.#isDone) {
      this.#solutions.push(at);
      this.#endTurn(at, null);
    }
    if (!willBeDone && this.#isDone) {
      this.#reopenings += 1;
      if (this.#lastWriter === 'customer') this.#waitingSince = at;
    }
    this.#isDone = willBeDone;
  }

  #endTurn(until: number, answeredBy: string | null): void {
    if (this.#waitingSince !== null) this.#turns.push({ since: this.#waitingSince, until, answeredBy });
    this.#waitingSince = null;
  }
}
