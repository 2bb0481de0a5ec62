/**
 * Which mouse buttons the target holds, from what every pointer event says is pressed.
 *
 * Browsers announce only the first button with a `pointerdown` and hide the others in moves; a button
 * let go outside the window is announced with nothing at all. So each event's `buttons` is compared
 * with what the target was told, and the difference is the news.
 *
 * Source: W3C Pointer Events §6.1.1 (chorded buttons) and UI Events §5.3.1 (`buttons`).
 */
const BITS = { left: 1, right: 2, middle: 4, back: 8, forward: 16 };
const ALL = 31;

export class MouseButtons {
  #down = 0;
  #ignored = 0; // pressed, but not for the target; each until it is seen up

  get isHeld() {
    return this.#down !== 0;
  }

  /**
   * @param {number} pressed the `buttons` of a pointer event
   * @returns {{button: string, down: boolean}[]} what the target needs to hear, releases first
   */
  changes(pressed) {
    this.#ignored &= pressed;
    const now = pressed & ~this.#ignored & ALL;
    const news = [
      ...named(this.#down & ~now).map((button) => ({ button, down: false })),
      ...named(now & ~this.#down).map((button) => ({ button, down: true })),
    ];
    this.#down = now;
    return news;
  }

  /** What is pressed now is not for the target; without a number, whatever may be pressed. */
  ignore(pressed = ALL) {
    this.#ignored |= pressed & ~this.#down;
  }

  /** @returns {{button: string, down: boolean}[]} the releases; a finger still down is ignored. */
  releaseAll() {
    const news = named(this.#down).map((button) => ({ button, down: false }));
    this.#ignored |= this.#down;
    this.#down = 0;
    return news;
  }
}

function named(bits) {
  return Object.keys(BITS).filter((button) => bits & BITS[button]);
}
