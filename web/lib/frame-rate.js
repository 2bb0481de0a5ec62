/** How many frames a second were really drawn, over the last two seconds. */
const window_ms = 2000;

export class FrameRate {
  #drawnAtMs = [];

  drawn(nowMs) {
    this.#drawnAtMs.push(nowMs);
    this.#forgetBefore(nowMs - window_ms);
  }

  /** @returns {number} frames per second, rounded; 0 while the picture stands still */
  perSecond(nowMs) {
    this.#forgetBefore(nowMs - window_ms);
    return Math.round((this.#drawnAtMs.length * 1000) / window_ms);
  }

  #forgetBefore(limitMs) {
    const fresh = this.#drawnAtMs.findIndex((atMs) => atMs > limitMs);
    this.#drawnAtMs.splice(0, fresh === -1 ? this.#drawnAtMs.length : fresh);
  }
}
