/** A sleep that can be cut short. Rung while nobody sleeps, it ends the next sleep at once. */
export class Alarm {
  #rung = false;
  #wakeUp: () => void = () => undefined;

  ring(): void {
    this.#rung = true;
    this.#wakeUp();
  }

  /** Forgets that it was rung: for the moment before one looks at what the ring was about. */
  clear(): void {
    this.#rung = false;
  }

  async sleep(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
  }
}
