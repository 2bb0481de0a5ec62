/**
 * The keys that take the keyboard back from the target: Ctrl+Alt+Shift, pressed alone and let go.
 *
 * Escape, Tab and every single key belong to the target. Three modifiers with nothing else mean
 * nothing to firmware, consoles or desktops, and every keyboard has them. The right Alt does not
 * count, because AltGr+Shift is how some layouts type.
 */
const FAMILY = {
  ControlLeft: "control",
  ControlRight: "control",
  AltLeft: "alt",
  ShiftLeft: "shift",
  ShiftRight: "shift",
};

export const LEAVE_WORDS = "Ctrl+Alt+Shift";

export class LeaveChord {
  #down = new Set();
  #isSpoiled = false;
  #isComplete = false;

  /** @returns {boolean} whether this event ends the chord */
  hear(code, isDown) {
    if (!(code in FAMILY)) {
      // With any other key in between it was some shortcut for the target.
      if (isDown) this.#isSpoiled = true;
      return false;
    }
    if (isDown) {
      if (this.#down.size === 0) this.forget();
      this.#down.add(code);
      if (new Set([...this.#down].map((held) => FAMILY[held])).size === 3) this.#isComplete = true;
      return false;
    }
    this.#down.delete(code);
    const leaves = this.#isComplete && !this.#isSpoiled;
    if (leaves) this.forget();
    return leaves;
  }

  forget() {
    this.#down.clear();
    this.#isSpoiled = false;
    this.#isComplete = false;
  }
}
