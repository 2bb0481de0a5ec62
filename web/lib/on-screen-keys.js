/**
 * Fingers and a mouse on drawn keys, turned into what goes down and up at the target.
 *
 * A key is down for as long as a pointer is on it. Modifiers are sticky besides, because one finger
 * cannot hold two keys: a tap holds the modifier until the next key has been pressed and let go, two
 * quick taps lock it, and another tap takes it back. A sticky modifier is really down at the target
 * meanwhile; so Alt locked and Tab tapped twice is what it would be by hand, and what is drawn as
 * held is what is held.
 */

const double_tap_ms = 500;
const MODIFIER = /^(Control|Shift|Alt|Meta)(Left|Right)$/;

const down = (code) => ({ code, down: true });
const up = (code) => ({ code, down: false });

export function isModifier(code) {
  return MODIFIER.test(code);
}

export class OnScreenKeys {
  #pointers = new Map(); // pointer -> the key it is on
  #sticky = new Map(); // modifier -> {isLocked, tappedAtMs}
  #used = new Set(); // modifiers under a finger that another key was pressed with
  #serving = new Map(); // plain key -> the modifiers that go when it comes up

  /** @returns {{code: string, down: boolean}[]} what to send, in order; often nothing */
  press(pointer, code) {
    if (this.#pointers.has(pointer)) return [];
    const isNews = !this.#isDown(code);
    this.#pointers.set(pointer, code);
    if (isModifier(code)) {
      if (isNews) this.#used.delete(code);
    } else {
      this.#useModifiers(code);
    }
    return isNews ? [down(code)] : [];
  }

  /** @returns {{code: string, down: boolean}[]} what to send, in order; often nothing */
  release(pointer, atMs) {
    const code = this.#pointers.get(pointer);
    if (code === undefined) return [];
    this.#pointers.delete(pointer);
    if (this.#isTouched(code)) return [];
    return isModifier(code) ? this.#releaseModifier(code, atMs) : this.#releasePlain(code);
  }

  /** The pointer was taken away by the system, which is no tap: nothing becomes sticky of it. */
  cancel(pointer) {
    const code = this.#pointers.get(pointer);
    if (code !== undefined) this.#used.add(code);
    return this.release(pointer, 0);
  }

  /** @returns {{code: string, down: boolean}[]} everything up, the modifiers last */
  releaseAll() {
    const codes = this.heldCodes();
    this.forget();
    return codes.sort((one, other) => isModifier(one) - isModifier(other)).map(up);
  }

  /** The other end has let go of everything. */
  forget() {
    this.#pointers.clear();
    this.#sticky.clear();
    this.#used.clear();
    this.#serving.clear();
  }

  /** @returns {string[]} what is down at the target because of this keyboard */
  heldCodes() {
    return [...new Set([...this.#sticky.keys(), ...this.#pointers.values()])];
  }

  /** @returns {"up" | "down" | "sticky" | "locked"} */
  stateOf(code) {
    const sticky = this.#sticky.get(code);
    if (sticky) return sticky.isLocked ? "locked" : "sticky";
    return this.#isTouched(code) ? "down" : "up";
  }

  #isTouched(code) {
    return [...this.#pointers.values()].includes(code);
  }

  #isDown(code) {
    return this.#sticky.has(code) || this.#isTouched(code);
  }

  /** The next key: what is sticky belongs to it, and what is held was no tap. */
  #useModifiers(code) {
    const once = [...this.#sticky].filter(([, { isLocked }]) => !isLocked).map(([each]) => each);
    this.#serving.set(code, new Set([...(this.#serving.get(code) ?? []), ...once]));
    for (const each of this.#pointers.values()) if (isModifier(each)) this.#used.add(each);
  }

  #releasePlain(code) {
    const served = [...(this.#serving.get(code) ?? [])];
    this.#serving.delete(code);
    this.#used.delete(code);
    const stillServing = new Set([...this.#serving.values()].flatMap((each) => [...each]));
    const over = served.filter((each) => {
      // It may have been locked or taken back meanwhile, or serve another key that is still down.
      return this.#sticky.get(each)?.isLocked === false && !stillServing.has(each);
    });
    for (const each of over) this.#sticky.delete(each);
    return [up(code), ...over.filter((each) => !this.#isTouched(each)).map(up)];
  }

  #releaseModifier(code, atMs) {
    const wasUsed = this.#used.delete(code);
    const sticky = this.#sticky.get(code);
    if (!sticky && !wasUsed) {
      this.#sticky.set(code, { isLocked: false, tappedAtMs: atMs });
      return [];
    }
    if (sticky && !sticky.isLocked && !wasUsed && atMs - sticky.tappedAtMs <= double_tap_ms) {
      this.#sticky.set(code, { isLocked: true, tappedAtMs: atMs });
      return [];
    }
    this.#sticky.delete(code);
    return [up(code)];
  }
}
