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

  /**
   * @param {(item) => Promise<void>} work must not reject
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

  async #run() {
    this.#isBusy = true;
    while (this.#waiting !== null) {
      const item = this.#waiting;
      this.#waiting = null;
      await this.#work(item);
    }
    this.#isBusy = false;
  }
}
