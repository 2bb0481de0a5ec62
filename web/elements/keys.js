/** <kvm-keys>: buttons for keys the user's system keeps for itself, or a phone does not have. */
import {
  ARROWS, CHORDS, CONSOLES, EDITING_KEYS, FUNCTION_KEYS, MAGIC_KEYS, MENU_KEYS,
} from "../lib/chords.js";

class KvmKeys extends HTMLElement {
  #leaving = null;

  connectedCallback() {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.replaceChildren(
      row("Shortcuts", [...CHORDS.map(key), menu(CONSOLES), menu(MAGIC_KEYS)]),
      row("Menu keys", MENU_KEYS.map(key)),
      row("Arrows", ARROWS.map(key)),
      row("Editing keys", EDITING_KEYS.map(key)),
      row("Function keys", FUNCTION_KEYS.map(key)),
    );
    // A button that takes the focus would take the keyboard back from the target.
    this.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    this.addEventListener("click", (event) => this.#press(event), { signal });
    this.addEventListener("keydown", (event) => this.#escape(event), { signal });
    document.addEventListener("pointerdown", (event) => this.#closeMenus(event.target), { signal });
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

  /** Menus stay open while one is at them: the magic keys come in a row. */
  #closeMenus(except = null) {
    for (const each of this.querySelectorAll("details[open]")) {
      if (!each.contains(except)) each.open = false;
    }
  }

  #escape(event) {
    const open = event.key === "Escape" && event.target.closest("details[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  }
}

function row(name, keys) {
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", name);
  group.append(...keys);
  return group;
}

function menu({ label, name, hint = "", chords }) {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = label;
  summary.setAttribute("aria-label", `More: ${name}`);
  const list = row(name, chords.map(key));
  if (hint) {
    const words = document.createElement("p");
    words.textContent = hint;
    list.prepend(words);
  }
  details.append(summary, list);
  return details;
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
