/**
 * Whether the other end still answers. A WebSocket whose network vanished stays "open" for minutes.
 *
 * The owner calls `beat` at its own pace and sends what it returns. Browsers slow the timers of
 * hidden tabs down, so silence is measured from the oldest unanswered ping, not in missed beats.
 */
export const interval_ms = 500; // the board lets held keys go after about a second of silence
const silence_limit_ms = 8000; // a thin link can be busy with two frames for seconds

export class Heartbeat {
  #count = 0;
  #sentAtMs = new Map();

  /** @returns {number | null} the ping to send, or null when the other end has been silent too long */
  beat(nowMs) {
    const [oldest] = this.#sentAtMs.values();
    if (nowMs - oldest > silence_limit_ms) return null;
    this.#count += 1;
    this.#sentAtMs.set(this.#count, nowMs);
    return this.#count;
  }

  /** @returns {number | null} the round trip in milliseconds; null for a pong nobody asked for */
  heard(pong, nowMs) {
    const sentAtMs = this.#sentAtMs.get(pong);
    if (sentAtMs === undefined) return null;
    // Pongs come in order: an answer to this one is an answer to all before it.
    for (const ping of this.#sentAtMs.keys()) if (ping <= pong) this.#sentAtMs.delete(ping);
    return nowMs - sentAtMs;
  }
}
