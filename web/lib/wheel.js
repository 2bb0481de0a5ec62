/**
 * A wheel in notches, from the distances that browsers make of it.
 *
 * A mouse wheel goes notch by notch, a touchpad by single pixels; the target's wheel knows notches
 * only. Parts of a notch are kept until they are a whole one, and forgotten when the direction turns.
 *
 * Source: UI Events §5.4 (WheelEvent). The distances of one notch are what browsers use themselves:
 * 100 pixels (Chromium), 3 lines (Firefox).
 */
const LINES_PER_NOTCH = 3;
const BY_PIXEL = 0; // WheelEvent.DOM_DELTA_PIXEL, and so on
const BY_LINE = 1;

export class WheelNotches {
  #pixelsPerNotch;
  #rest = { wheel: 0, pan: 0 };

  constructor({ pixelsPerNotch = 100 } = {}) {
    this.#pixelsPerNotch = pixelsPerNotch;
  }

  /**
   * @param {WheelEvent} event or anything with its deltas, `deltaMode` and `shiftKey`
   * @returns {{wheel: number, pan: number}} whole notches; up and to the right are positive
   */
  add({ deltaX, deltaY, deltaMode = BY_PIXEL, shiftKey = false }) {
    // With Shift, browsers make a horizontal wheel of a vertical one. The target gets the Shift too
    // and does that itself.
    const [across, down] = shiftKey && deltaY === 0 ? [0, deltaX] : [deltaX, deltaY];
    const unit = this.#unit(deltaMode);
    return { wheel: this.#whole("wheel", -down / unit), pan: this.#whole("pan", across / unit) };
  }

  forget() {
    this.#rest = { wheel: 0, pan: 0 };
  }

  #unit(deltaMode) {
    if (deltaMode === BY_PIXEL) return this.#pixelsPerNotch;
    return deltaMode === BY_LINE ? LINES_PER_NOTCH : 1; // a page
  }

  #whole(axis, notches) {
    if (notches * this.#rest[axis] < 0) this.#rest[axis] = 0;
    const sum = this.#rest[axis] + notches;
    // Ten tenths add up to a little less than one.
    const whole = Math.trunc(sum + Math.sign(sum) * 1e-9) + 0;
    this.#rest[axis] = sum - whole;
    return whole;
  }
}
