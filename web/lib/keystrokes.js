/**
 * What a browser reports about a keyboard, turned into what the keyboard itself did.
 *
 * `KeyboardEvent.code` names the physical key, which is what a USB keyboard sends too. But some
 * systems invent, swallow or merge events before the page sees them; those cases are undone here,
 * so that the target sees the keys a person really pressed.
 *
 * Sources: W3C UI Events §5.6 (repeat, AltGraph) and UI Events KeyboardEvent code Values.
 */
import { HeldKeys } from "./held-keys.js";

/** Windows announces AltGr as a Control that no finger pressed, within the same input message. */
const phantom_window_ms = 5;

const MODIFIER = /^(Control|Shift|Alt|Meta)(Left|Right)$/;

const down = (code) => ({ code, down: true });
const up = (code) => ({ code, down: false });

export class Keystrokes {
  #held = new HeldKeys();
  #isMac;
  #controlLeftAt = -Infinity;

  /** @param {{isMac?: boolean}} platform where the browser runs, not the target. */
  constructor({ isMac = false } = {}) {
    this.#isMac = isMac;
  }

  /**
   * @param {KeyboardEvent} event a keydown (or anything with its `code`, `key`, `repeat`, `timeStamp`)
   * @returns {{code: string, down: boolean}[]} what to send, in order; often nothing
   */
  pressed({ code, key, repeat, timeStamp }) {
    if (repeat) return []; // the target repeats for itself, at the pace it is set to
    if (this.#isMac && code === "CapsLock") return [down(code), up(code)];
    const strokes = [];
    if (code === "ControlLeft") this.#controlLeftAt = timeStamp;
    if (this.#isPhantomControl(code, key, timeStamp) && this.#held.release("ControlLeft")) {
      // Taking Control back is a harmless tap. Holding every Control back until it is known to be
      // real would make each one late.
      strokes.push(up("ControlLeft"));
    }
    if (this.#held.press(code)) strokes.push(down(code));
    return strokes;
  }

  /** @returns {{code: string, down: boolean}[]} what to send, in order; often nothing */
  released({ code }) {
    // macOS tells of Caps Lock once per change of its light: a keydown for on, a keyup for off.
    if (this.#isMac && code === "CapsLock") return [down(code), up(code)];
    // Windows keeps the keydown of Print Screen to itself.
    if (code === "PrintScreen" && !this.#held.codes().includes(code)) return [down(code), up(code)];
    const strokes = [];
    if (code === "MetaLeft" || code === "MetaRight") strokes.push(...this.#releasePlainKeys());
    if (this.#held.release(code)) strokes.push(up(code));
    return strokes;
  }

  /** Forget what is held, because the other end has let go of everything. */
  forget() {
    return this.#held.releaseAll();
  }

  /** macOS swallows the keyup of whatever was pressed together with Command. */
  #releasePlainKeys() {
    const plain = this.#held.codes().filter((code) => !MODIFIER.test(code));
    for (const code of plain) this.#held.release(code);
    return plain.map(up);
  }

  #isPhantomControl(code, key, timeStamp) {
    return (
      code === "AltRight" &&
      key === "AltGraph" &&
      timeStamp - this.#controlLeftAt < phantom_window_ms
    );
  }
}

/**
 * Virtual keyboards and input methods type text and press no key: their events carry no code.
 *
 * @returns {string | null} what to tell the user, or null when the event does name its key
 */
export function namelessKey({ code, key }) {
  if (code && code !== "Unidentified") return null;
  const said = key && key.length === 1 ? ` (“${key}”)` : "";
  return (
    `This keyboard does not say which key that was${said}, so nothing was sent. ` +
    "Use a hardware keyboard, or the buttons below the picture."
  );
}
