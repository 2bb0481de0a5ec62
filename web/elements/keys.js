/** <kvm-keys>: buttons for keys the user's system keeps for itself, or a phone does not have. */
import { ARROWS, CHORDS, FUNCTION_KEYS, MENU_KEYS } from "../lib/chords.js";

class KvmKeys extends HTMLElement {
  #leaving = null;

  connectedCallback() {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.replaceChildren(
      row("Shortcuts", CHORDS),
      row("Menu keys", MENU_KEYS),
      row("Arrows", ARROWS),
      row("Function keys", FUNCTION_KEYS),
    );
    // A button that takes the focus would take the keyboard back from the target.
    this.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    this.addEventListener("click", (event) => this.#press(event), { signal });
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  #press(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const detail = { codes: button.dataset.codes.split(" ") };
    this.dispatchEvent(new CustomEvent("kvm-chord", { bubbles: true, detail }));
  }
}

function row(name, chords) {
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", name);
  group.append(...chords.map(key));
  return group;
}

function key({ label, name, codes, action }) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-label", `Press ${name} on the target`);
  button.dataset.codes = codes.join(" ");
  button.dataset.action = action ?? `press-${codes.join("-").toLowerCase()}`;
  return button;
}

customElements.define("kvm-keys", KvmKeys);
