/**
 * Slow work on a fast stream: one item at a time, and of those that came meanwhile only the newest.
 *
 * A picture that was overtaken while another one was being decoded is of no use to anybody.
 */
export class NewestOnly {
  #work;
  #overtaken;
  #waiting = null;
  #isBusy = false;
  #forgotten = 0;

  /**
   * @param {(item, isWanted: () => boolean) => Promise<void>} work must not reject
   * @param {(item) => void} overtaken told of each item that is dropped
   */
  constructor(work, overtaken) {
    this.#work = work;
    this.#overtaken = overtaken;
  }

  offer(item) {
    if (this.#waiting !== null) this.#overtaken(this.#waiting);
    this.#waiting = item;
    if (!this.#isBusy) this.#run();
  }

  /** Nothing offered so far is wanted any more, not even what is being worked on. */
  forget() {
    this.#forgotten += 1;
    if (this.#waiting !== null) this.#overtaken(this.#waiting);
    this.#waiting = null;
  }

  async #run() {
    this.#isBusy = true;
    while (this.#waiting !== null) {
      const item = this.#waiting;
      this.#waiting = null;
      const forgotten = this.#forgotten;
      await this.#work(item, () => forgotten === this.#forgotten);
    }
    this.#isBusy = false;
  }
}
