/**
 * What waits to be told to one of the target's mice, until the page draws its next frame.
 *
 * A mouse moves up to a thousand times a second, and nobody sees more of it than one place a frame:
 * places replace one another, ways and wheel add up. A button does not wait, and what came before it
 * goes before it, or the click would land where the pointer was a moment ago.
 */
const farthest_way = 32767; // of one message, in mouse counts
const most_notches = 127;

export class MouseOutbox {
  #mouse;
  #place = null; // newest, not told yet
  #told = null; // the place the target knows
  #way = { dx: 0, dy: 0 };
  #turn = { wheel: 0, pan: 0 };

  /** @param {"absolute" | "relative"} mouse */
  constructor(mouse) {
    this.#mouse = mouse;
  }

  /** @param {{x: number, y: number}} place 0 to 32767 each; for an absolute mouse */
  moveTo(place) {
    const isNews = place.x !== this.#told?.x || place.y !== this.#told?.y;
    this.#place = isNews ? place : null;
  }

  /** For a relative mouse. Browsers on dense screens report parts of a count; they add up. */
  moveBy(dx, dy) {
    this.#way.dx += dx;
    this.#way.dy += dy;
  }

  /** @param {{wheel?: number, pan?: number}} notches up and to the right are positive */
  turn({ wheel = 0, pan = 0 }) {
    this.#turn.wheel += wheel;
    this.#turn.pan += pan;
  }

  /** @returns {object[]} the messages to send at once, in order */
  button(button, down) {
    const before = [];
    for (let message = this.next(); message; message = this.next()) before.push(message);
    // The place goes along even when it is not news: somebody else may have moved the pointer.
    return [...before, { mouse: this.#mouse, ...this.#told, button, down }];
  }

  /** @returns {object | null} one message with what has gathered; null when there is no news */
  next() {
    const way = taken(this.#way, farthest_way);
    const turn = taken(this.#turn, most_notches);
    const place = this.#place;
    if (place) this.#told = place;
    this.#place = null;
    if (!place && !way && !turn) return null;
    return { mouse: this.#mouse, ...place, ...way, ...turn };
  }

  get isWaiting() {
    const amounts = [...Object.values(this.#way), ...Object.values(this.#turn)];
    return this.#place !== null || amounts.some((amount) => Math.trunc(amount) !== 0);
  }

  /** Nobody wants what is waiting any more, and where the pointer is now is not known. */
  forget() {
    this.#place = null;
    this.#told = null;
    this.#way = { dx: 0, dy: 0 };
    this.#turn = { wheel: 0, pan: 0 };
  }
}

/** The whole part of each amount, at most `limit`, taken out of it; null when there is none. */
function taken(amounts, limit) {
  const whole = {};
  for (const name of Object.keys(amounts)) {
    // Adding zero keeps "-0" out of the messages.
    whole[name] = Math.min(Math.max(Math.trunc(amounts[name]), -limit), limit) + 0;
    amounts[name] -= whole[name];
  }
  return Object.values(whole).some((amount) => amount !== 0) ? whole : null;
}
