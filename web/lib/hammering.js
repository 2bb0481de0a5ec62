/**
 * One key, pressed again and again: how a firmware's set-up is reached that listens for an instant.
 *
 * Each press goes out as down and up together, so that no key can be left down whatever happens in
 * between, and only when the last one has been answered: presses that pile up while the target takes
 * none would all arrive later, in the middle of the set-up.
 */
export const SHORTEST_MS = 50;
export const LONGEST_MS = 2000;
export const USUAL_MS = 200;

/** What firmware listens for, by how common it is. */
export const HAMMER_CODES = ["F2", "Delete", "F12", "Escape", "F10", "F8", "Enter"];

/**
 * Whether a complaint of the server's means that the key is not ours to press. Keys that were let go
 * are no reason: the target may be restarting, and that is what the hammer is for.
 */
export function endsHammering({ code }) {
  return code !== "keys_released" && !code.startsWith("mouse_");
}

/** @returns {number} a time between two presses that can be kept, in milliseconds */
export function fittingInterval(ms) {
  if (!Number.isFinite(ms)) return USUAL_MS;
  return Math.min(Math.max(Math.round(ms), SHORTEST_MS), LONGEST_MS);
}

export class Hammering {
  #code;
  #owed = 0; // answers to come for the last press: one for down, one for up
  #isLost = false; // whether one of them was bad
  #pressed = 0;
  #undelivered = 0;
  #why = "";

  constructor(code) {
    this.#code = code;
  }

  get pressed() {
    return this.#pressed;
  }

  /** The interval has passed. @returns {string[] | null} the keys to press; null while one is out */
  beat() {
    if (this.#owed > 0) return null;
    this.#owed = 2;
    this.#isLost = false;
    this.#pressed += 1;
    return [this.#code];
  }

  /** @param {{delivery: string, code?: string, sentence?: string}} answer of the key socket */
  answered({ delivery, code, sentence }) {
    if (code !== this.#code || this.#owed === 0) return;
    this.#owed -= 1;
    if (delivery === "undelivered") {
      if (!this.#isLost) this.#undelivered += 1;
      this.#isLost = true;
      this.#why = sentence ?? "";
    } else if (this.#owed === 0 && !this.#isLost) {
      this.#why = "";
    }
  }

  /** No answer will come to what is out. */
  forget() {
    this.#owed = 0;
  }

  /** @returns {{count: string, trouble: string}} `trouble` is empty while presses arrive */
  words(name) {
    const times = this.#pressed === 1 ? "once" : `${this.#pressed} times`;
    const lost = this.#undelivered === 0 ? "" : ` ${this.#undelivered} did not reach the target.`;
    return { count: `${name} pressed ${times}.${lost}`, trouble: this.#why };
  }
}
