import { nextTurn } from './next-turn';

export interface GatherOptions<Question, Answer> {
  /** Answers in the order of the questions. */
  readonly answer: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  /** One round at a time: what is asked meanwhile waits for the next. Default: as many as are asked for. */
  readonly oneAtATime?: boolean;
}

/** Questions that are asked in the same turn of the event loop share one answer: a statement costs much and a row little. */
export class Gather<Question, Answer> {
  #asked: Question[] = [];
  #next: Promise<readonly Answer[]> | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: GatherOptions<Question, Answer>) {}

  async ask(question: Question): Promise<Answer> {
    const index = this.#asked.push(question) - 1;
    const answers = await (this.#next ??= this.#round());
    const answer = answers[index];
    if (answer === undefined) throw new Error('a question was left without an answer');
    return answer;
  }

  async #round(): Promise<readonly Answer[]> {
    if (this.options.oneAtATime === true) await this.#running;
    await nextTurn();
    const asked = this.#asked;
    this.#asked = [];
    this.#next = undefined;
    const answers = this.options.answer(asked);
    this.#running = answers.catch(() => undefined);
    return answers;
  }
}
