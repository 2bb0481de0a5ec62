/**
 * Fingers on the picture as a mouse with two buttons and a wheel.
 *
 * A tap is a left click, a long press a right click, a drag a drag with the left button, and two
 * fingers turn the wheel. Nothing is told before it is clear which of them it is, because a button
 * cannot be taken back. Places and ways are in CSS pixels, times in milliseconds.
 */
const long_press_ms = 500;
const steady_px = 10; // a finger at rest rolls by as much
const double_tap_ms = 400;
const double_tap_px = 24; // a finger does not find the same place twice; a double click must

/** @typedef {{place: {x: number, y: number}} | {button: string, down: boolean}} Move */
/** @typedef {Move | {scroll: {x: number, y: number}}} Act what to do, in order */

export class TouchGestures {
  #fingers = new Map(); // id -> where it is
  #kind = "none"; // none, press, drag, scroll, over (until every finger is up)
  #start = null; // {id, x, y, atMs} of the first finger
  #lastTap = null;

  /** When `tick` is to be called; null while no finger is being waited for. */
  get dueAtMs() {
    return this.#kind === "press" ? this.#start.atMs + long_press_ms : null;
  }

  /** @returns {Act[]} */
  down({ id, x, y, atMs }) {
    // A finger that comes down twice went up in between, where nobody saw it.
    const missed = this.#fingers.has(id) ? this.cancel() : [];
    this.#fingers.set(id, { x, y });
    if (this.#fingers.size === 1) {
      this.#kind = "press";
      this.#start = { id, x, y, atMs };
    } else if (this.#kind === "press") {
      this.#kind = this.#fingers.size === 2 ? "scroll" : "over";
    }
    return missed;
  }

  /** @returns {Act[]} */
  move({ id, x, y }) {
    const was = this.#fingers.get(id);
    if (!was) return [];
    this.#fingers.set(id, { x, y });
    if (this.#kind === "scroll") {
      // Each finger moves the middle between the two by half its own way.
      return [{ scroll: { x: (x - was.x) / 2, y: (y - was.y) / 2 } }];
    }
    if (id !== this.#start.id) return []; // a second finger on the way changes nothing
    if (this.#kind === "press" && distance(this.#start, { x, y }) > steady_px) {
      this.#kind = "drag";
      const { x: startX, y: startY } = this.#start;
      return [{ place: { x: startX, y: startY } }, press("left"), { place: { x, y } }];
    }
    return this.#kind === "drag" ? [{ place: { x, y } }] : [];
  }

  /** @returns {Act[]} */
  up({ id, atMs }) {
    if (!this.#fingers.delete(id)) return [];
    const kind = this.#kind;
    if (kind === "drag" && id !== this.#start.id) return [];
    this.#kind = this.#fingers.size === 0 ? "none" : "over";
    if (kind === "drag") return [letGo("left")];
    return kind === "press" ? this.#tap(atMs) : [];
  }

  /** The time of `dueAtMs` has come. @returns {Act[]} */
  tick(atMs) {
    if (this.dueAtMs === null || atMs < this.dueAtMs) return [];
    this.#kind = "over";
    const { x, y } = this.#start;
    return [{ place: { x, y } }, press("right"), letGo("right")];
  }

  /** The system took the fingers away, or the target is left. @returns {Act[]} */
  cancel() {
    const wasDragging = this.#kind === "drag";
    this.#fingers.clear();
    this.#kind = "none";
    this.#lastTap = null;
    return wasDragging ? [letGo("left")] : [];
  }

  #tap(atMs) {
    const last = this.#lastTap;
    let { x, y } = this.#start;
    const isSecond =
      last !== null &&
      this.#start.atMs - last.atMs < double_tap_ms &&
      distance(last, { x, y }) < double_tap_px;
    if (isSecond) ({ x, y } = last);
    this.#lastTap = isSecond ? null : { x, y, atMs };
    return [{ place: { x, y } }, press("left"), letGo("left")];
  }
}

const press = (button) => ({ button, down: true });
const letGo = (button) => ({ button, down: false });
const distance = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);
