/**
 * <kvm-shortcuts>: the shortcuts people made for themselves, as buttons, and the dialog to make them.
 *
 * Says `kvm-chord` {codes} for a button, and `kvm-shortcuts` {shortcuts} with the whole new list.
 * Hook: `data-recording` on the dialog while pressed keys are being written down.
 */
import { chordName } from "../lib/key-names.js";
import { HeldKeys } from "../lib/held-keys.js";
import {
  LABEL_LIMIT, MOST_SHORTCUTS, shortcutFrom, withShortcut, withoutShortcut,
} from "../lib/shortcut-list.js";

const MARKUP = `
  <div role="group" aria-label="Own shortcuts" class="own"></div>
  <button type="button" class="quiet" data-action="shortcuts">Own shortcuts…</button>
  <dialog aria-labelledby="shortcuts-title">
    <h2 id="shortcuts-title">Own shortcuts</h2>
    <p class="hint">Everybody who uses this KaputtKVM sees them.</p>
    <ol></ol>
    <form>
      <h3></h3>
      <label>Keys <input name="keys" autocomplete="off" autocapitalize="off" spellcheck="false"
             placeholder="Ctrl+Alt+F2" aria-describedby="shortcut-problem"></label>
      <button type="button" data-action="record" aria-pressed="false">Record keys</button>
      <label>Name <input name="label" maxlength="${LABEL_LIMIT}" autocomplete="off"
             placeholder="as the keys are called"></label>
      <p id="shortcut-problem" class="trouble" role="alert"></p>
      <div class="buttons">
        <button type="submit" class="primary" data-action="shortcut-keep">Add</button>
        <button type="button" data-action="shortcut-cancel" hidden>Leave it as it was</button>
      </div>
    </form>
    <button type="button" data-action="shortcuts-close">Done</button>
  </dialog>`;

class KvmShortcuts extends HTMLElement {
  #leaving = null;
  #shortcuts = [];
  #edited = null; // the index of the one in the form; null for a new one
  #held = new HeldKeys(); // while recording

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const dialog = this.#dialog;
    const on = (action, act) =>
      this.querySelector(`[data-action=${action}]`).addEventListener("click", act, { signal });
    on("shortcuts", () => this.#open());
    on("record", () => this.#record(!this.#isRecording));
    on("shortcut-cancel", () => this.#edit(null));
    on("shortcuts-close", () => dialog.close());
    this.#form.addEventListener("submit", (event) => this.#keep(event), { signal });
    this.querySelector("ol").addEventListener("click", (event) => this.#act(event), { signal });
    const own = this.querySelector(".own");
    // A button that takes the focus would take the keyboard back from the target.
    own.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    own.addEventListener("click", (event) => this.#press(event), { signal });
    dialog.addEventListener("keydown", (event) => this.#keydown(event), { signal });
    dialog.addEventListener("keyup", (event) => this.#keyup(event), { signal });
    dialog.addEventListener("close", () => this.#record(false), { signal });
    window.addEventListener("blur", () => this.#record(false), { signal });
    this.#draw();
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  /** @param {import("../lib/shortcut-list.js").Shortcut[]} shortcuts as the device has them */
  set shortcuts(shortcuts) {
    this.#shortcuts = shortcuts;
    this.#edit(null);
    this.#draw();
  }

  /** Why they could not be kept. @param {import("../lib/problem.js").Problem | null} problem */
  set problem(problem) {
    this.#complain(problem ? `${problem.sentence} ${problem.remedy}`.trim() : "");
  }

  close() {
    this.#dialog.close();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #form() {
    return this.querySelector("form");
  }

  get #isRecording() {
    return "recording" in this.#dialog.dataset;
  }

  #open() {
    this.#edit(null);
    this.#dialog.showModal();
  }

  #press({ target }) {
    const button = target.closest("button");
    if (button) this.#say("kvm-chord", { codes: button.dataset.codes.split(" ") });
  }

  #act({ target }) {
    const button = target.closest("button");
    if (!button) return;
    const index = Number(button.closest("li").dataset.index);
    if (button.dataset.action === "shortcut-edit") this.#edit(index);
    else this.#say("kvm-shortcuts", { shortcuts: withoutShortcut(this.#shortcuts, index) });
  }

  #keep(event) {
    event.preventDefault();
    this.#record(false);
    const { keys, label } = this.#form.elements;
    const { shortcut, sentence } = shortcutFrom({ keys: keys.value, label: label.value });
    this.#complain(sentence);
    if (!shortcut) return keys.focus();
    const shortcuts = withShortcut(this.#shortcuts, shortcut, this.#edited ?? undefined);
    this.#say("kvm-shortcuts", { shortcuts });
  }

  /** @param {number | null} index of the shortcut to change; null to begin a new one */
  #edit(index) {
    this.#record(false);
    this.#edited = index;
    const { label, codes } = this.#shortcuts[index] ?? { label: "", codes: [] };
    const isFull = index === null && this.#shortcuts.length >= MOST_SHORTCUTS;
    const form = this.#form;
    form.elements.keys.value = chordName(codes);
    form.elements.label.value = label;
    form.querySelector("h3").textContent = index === null ? "New shortcut" : `Change “${label}”`;
    const keep = form.querySelector("[data-action=shortcut-keep]");
    keep.textContent = index === null ? "Add" : "Change";
    keep.disabled = isFull;
    form.querySelector("[data-action=shortcut-cancel]").hidden = index === null;
    this.#complain(isFull ? `There are ${MOST_SHORTCUTS}, and that is all there can be.` : "");
    if (index !== null) form.elements.keys.focus();
  }

  #complain(sentence) {
    this.querySelector("#shortcut-problem").textContent = sentence;
  }

  // Recording: from the first key down to the first key up

  #record(isRecording) {
    const button = this.querySelector("[data-action=record]");
    this.#held.releaseAll();
    this.#dialog.toggleAttribute("data-recording", isRecording);
    button.setAttribute("aria-pressed", String(isRecording));
    button.textContent = isRecording ? "Press the keys now…" : "Record keys";
  }

  #keydown(event) {
    if (!this.#isRecording) return;
    event.preventDefault(); // also Escape, which would close the dialog, and Tab
    if (event.repeat || !event.code || !this.#held.press(event.code)) return;
    this.#form.elements.keys.value = chordName(this.#held.codes());
  }

  #keyup(event) {
    if (!this.#isRecording) return;
    event.preventDefault(); // Space and Enter press the button on their way up
    // A key that was down before the recording began is not part of it.
    if (this.#held.release(event.code)) this.#record(false);
  }

  #draw() {
    this.querySelector(".own").replaceChildren(...this.#shortcuts.map(pressable));
    this.querySelector("ol").replaceChildren(...this.#shortcuts.map(entry));
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

function button(words, action, name = words) {
  const it = document.createElement("button");
  it.type = "button";
  it.textContent = words;
  it.dataset.action = action;
  it.setAttribute("aria-label", name);
  return it;
}

function pressable({ label, codes }) {
  const it = button(label, "press-own", `Press ${label} on the target`);
  it.title = chordName(codes);
  it.dataset.codes = codes.join(" ");
  return it;
}

function entry({ label, codes }, index) {
  const line = document.createElement("li");
  line.dataset.index = index;
  const words = document.createElement("span");
  const name = document.createElement("strong");
  name.textContent = label;
  const keys = document.createElement("small");
  keys.textContent = chordName(codes);
  words.append(name, " ", keys);
  line.append(
    words,
    button("Change", "shortcut-edit", `Change ${label}`),
    button("Remove", "shortcut-remove", `Remove ${label}`),
  );
  return line;
}

customElements.define("kvm-shortcuts", KvmShortcuts);
