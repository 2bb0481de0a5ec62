/**
 * What this browser remembers of the page from visit to visit, such as the own name.
 *
 * Private windows and strict settings refuse storage; then everything works, but only until the page
 * is left.
 */
const PREFIX = "kaputtkvm.";

export class Memory {
  #open;
  #fallback = new Map();

  /** @param {() => Storage} open may throw, as reading `localStorage` itself does */
  constructor(open = () => globalThis.localStorage) {
    this.#open = open;
  }

  /** @returns {any} what was kept under this name; null for nothing, or for nothing readable */
  recall(name) {
    const text = this.#try((storage) => storage.getItem(PREFIX + name));
    return parsed(text ?? this.#fallback.get(name) ?? "null");
  }

  /** @param {any} value whatever JSON can say */
  keep(name, value) {
    const text = JSON.stringify(value);
    this.#fallback.set(name, text);
    this.#try((storage) => storage.setItem(PREFIX + name, text));
  }

  #try(act) {
    try {
      return act(this.#open());
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return null; // refused, or full
    }
  }
}

/** Another version of the page, or a hand, may have written there. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}
