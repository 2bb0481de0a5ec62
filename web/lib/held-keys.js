/**
 * Which physical keys are down, by `KeyboardEvent.code`. Pure state: no DOM, no socket.
 *
 * The target hears of changes only, so pressing what is down and letting go what is up are no news.
 */
export class HeldKeys {
  #down = new Set(); // remembers the order keys went down

  /** @returns {boolean} whether the target needs to hear of it; auto-repeat is not news. */
  press(code) {
    if (this.#down.has(code)) return false;
    this.#down.add(code);
    return true;
  }

  /** @returns {boolean} whether the target needs to hear of it. */
  release(code) {
    return this.#down.delete(code);
  }

  /** @returns {string[]} what was down; afterwards nothing is. */
  releaseAll() {
    const codes = this.codes();
    this.#down.clear();
    return codes;
  }

  codes() {
    return [...this.#down];
  }
}
