/**
 * How long to wait before trying again: doubling, up to a few seconds, never quite in step.
 *
 * The limit is low because the user is watching; the jitter keeps several pages from knocking on a
 * restarted board at the same instant.
 */
const first_ms = 500;
const longest_ms = 5000;
const jitter_share = 0.2;

export class BackOff {
  #next_ms = first_ms;
  #random;

  constructor(random = Math.random) {
    this.#random = random;
  }

  /** @returns {number} milliseconds to wait now; the next answer will be longer */
  next() {
    const wait_ms = this.#next_ms;
    this.#next_ms = Math.min(2 * wait_ms, longest_ms);
    return Math.round(wait_ms * (1 + jitter_share * (2 * this.#random() - 1)));
  }

  /** The other end has really answered: begin anew next time. */
  succeeded() {
    this.#next_ms = first_ms;
  }
}
