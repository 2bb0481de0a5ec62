/**
 * <kvm-keyboard>: the target's keyboard on the screen, for fingers and for a mouse.
 *
 * A key is down at the target for as long as something is on it here; whatever takes the pointer or
 * the page away lets go of everything. What modifiers do is said in lib/on-screen-keys.js.
 */
import {
  drawnLabels, hasAltGr, keycaps, capName, levelOf, nameCaps, shapeOf, writes,
} from "../lib/keycaps.js";
import { keyboardPlan, neighbour } from "../lib/keyboard-plan.js";
import { OnScreenKeys, isModifier } from "../lib/on-screen-keys.js";
import { LIGHTS } from "../lib/words.js";

const narrow_below_px = 600; // fifteen keys across would be thinner than fingers
const numpad_above_px = 760;
const CLICK = "click"; // a pointer of its own, for those who have none: screen readers, Enter, Space
const LIT_BY = { CapsLock: "caps_lock", NumLock: "num_lock", ScrollLock: "scroll_lock" };
const WAYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

const MARKUP = `
  <button type="button" data-action="keyboard" aria-expanded="false"
          aria-controls="keyboard-board">Keyboard</button>
  <div class="keyboard-tools" hidden>
    <kvm-layout label="Layout"></kvm-layout>
    <button type="button" class="quiet" data-action="numpad" aria-pressed="false">Numpad</button>
    <ul class="lights" aria-label="Lights of the target’s keyboard"></ul>
  </div>
  <div class="keyboard-board" id="keyboard-board" hidden>
    <p class="trouble" role="status"></p>
    <div class="keycaps" role="group" aria-label="On-screen keyboard"></div>
  </div>`;

class KvmKeyboard extends HTMLElement {
  #leaving = null;
  #keys = new OnScreenKeys();
  #caps = null; // of the layout; null while it is not known
  #plan = null;
  #buttons = new Map(); // code -> its button
  #leds = [];
  #isOnline = false;
  #isNarrow = false;
  #isWide = false;
  #hasNumpad = false;
  #pressedByPointer = null; // the key whose click is still to come, and is no press

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const on = (place, type, act) => place.addEventListener(type, act, { signal });
    on(this.#button("keyboard"), "click", () => this.#toggle({ isOpen: !this.isOpen }));
    on(this.#button("numpad"), "click", () => this.#toggle({ hasNumpad: !this.#hasNumpad }));
    on(this, "mousedown", (event) => this.#keepFocus(event));
    const board = this.#board;
    on(board, "pointerdown", (event) => this.#pointerDown(event));
    on(board, "pointerup", (event) => this.#send(this.#keys.release(event.pointerId, event.timeStamp)));
    for (const type of ["pointercancel", "lostpointercapture"]) {
      on(board, type, (event) => this.#send(this.#keys.cancel(event.pointerId)));
    }
    on(board, "contextmenu", (event) => event.preventDefault()); // a long press is a key held
    on(board, "click", (event) => this.#click(event));
    on(board, "keydown", (event) => this.#walk(event));
    for (const type of ["blur", "pagehide"]) on(window, type, () => this.releaseAll());
    on(document, "visibilitychange", () => document.hidden && this.releaseAll());
    const resizing = new ResizeObserver(() => this.#fit());
    resizing.observe(this.querySelector(".keyboard-board"));
    signal.addEventListener("abort", () => resizing.disconnect());
    this.querySelector(".lights").replaceChildren(...LIGHTS.map(light));
    this.#build();
  }

  disconnectedCallback() {
    this.releaseAll();
    this.#leaving.abort();
  }

  get isOpen() {
    return !this.querySelector(".keyboard-board").hidden;
  }

  /** What this browser remembers. @param {{isOpen?: boolean, hasNumpad?: boolean}} state */
  set state({ isOpen = this.isOpen, hasNumpad = this.#hasNumpad }) {
    if (!isOpen) this.releaseAll();
    this.#hasNumpad = hasNumpad;
    this.toggleAttribute("data-open", isOpen);
    this.#button("keyboard").setAttribute("aria-expanded", String(isOpen));
    this.#button("numpad").setAttribute("aria-pressed", String(hasNumpad));
    this.querySelector(".keyboard-tools").hidden = !isOpen;
    this.querySelector(".keyboard-board").hidden = !isOpen;
    this.#build();
  }

  /** What the layout writes: the server's list of keys, or null. @param {object[] | null} keys */
  set layoutKeys(keys) {
    this.#caps = keys && keycaps(keys);
    this.#build();
  }

  /** @param {import("../lib/problem.js").Problem | null} problem why the layout is not known */
  set problem(problem) {
    const words = problem ? `${problem.sentence} ${problem.remedy}`.trim() : "";
    this.querySelector(".trouble").textContent = words;
  }

  /** @param {string[]} leds the lights that are on at the target */
  set leds(leds) {
    if (leds.join() === this.#leds.join()) return;
    this.#leds = leds;
    this.#label();
  }

  /** Whether keys reach the server. It lets go of all we held when the connection ends. */
  set isOnline(isOnline) {
    this.#isOnline = isOnline;
    this.forget();
  }

  /** Everything comes up at the target. */
  releaseAll() {
    this.#send(this.#keys.releaseAll());
  }

  /** The other end has let go of everything: nothing is to be sent, only to be drawn. */
  forget() {
    this.#keys.forget();
    this.#drawStates();
  }

  get #board() {
    return this.querySelector(".keycaps");
  }

  #button(action) {
    return this.querySelector(`[data-action="${action}"]`);
  }

  #toggle(change) {
    this.state = change;
    const detail = { isOpen: this.isOpen, hasNumpad: this.#hasNumpad };
    this.dispatchEvent(new CustomEvent("kvm-keyboard", { bubbles: true, detail }));
  }

  // Pressing

  /** A key that takes the focus would take the keyboard back from the target. */
  #keepFocus(event) {
    if (!event.target.closest("kvm-layout")) event.preventDefault();
  }

  #pointerDown(event) {
    const key = event.target.closest("[data-code]");
    if (!key || event.button !== 0) return;
    // The mouse may leave the key before it lets go; without the capture nobody would hear of it.
    key.setPointerCapture(event.pointerId);
    if (event.isPrimary) this.#pressedByPointer = key; // a second finger makes no click
    this.#send(this.#keys.press(event.pointerId, key.dataset.code));
  }

  #click(event) {
    const key = event.target.closest("[data-code]");
    const isEcho = key === this.#pressedByPointer;
    this.#pressedByPointer = null;
    if (!key || isEcho) return;
    this.#send(this.#keys.press(CLICK, key.dataset.code));
    this.#send(this.#keys.release(CLICK, event.timeStamp));
  }

  #send(strokes) {
    for (const detail of strokes) {
      this.dispatchEvent(new CustomEvent("kvm-key", { bubbles: true, detail }));
    }
    if (!this.#isOnline) this.#keys.forget(); // what was not sent must not look held
    this.#drawStates();
  }

  /** One stop for Tab, and arrows from there: a hundred stops would be a wall. */
  #walk(event) {
    const way = WAYS[event.key];
    const from = event.target.dataset.code;
    if (!way || !from) return;
    event.preventDefault();
    const to = neighbour(this.#plan.keys, from, way);
    this.#stopAt(to);
    this.#buttons.get(to).focus();
  }

  #stopAt(code) {
    for (const [each, button] of this.#buttons) button.tabIndex = each === code ? 0 : -1;
  }

  // Drawing

  #fit() {
    const width = this.querySelector(".keyboard-board").clientWidth;
    if (width === 0) return;
    const [isNarrow, isWide] = [width < narrow_below_px, width >= numpad_above_px];
    if (isNarrow === this.#isNarrow && isWide === this.#isWide) return;
    [this.#isNarrow, this.#isWide] = [isNarrow, isWide];
    this.#build();
  }

  #build() {
    this.#button("numpad").hidden = !this.#isWide;
    if (!this.isOpen) return;
    const hasNumpad = this.#hasNumpad && this.#isWide;
    const plan = keyboardPlan({ isNarrow: this.#isNarrow, hasNumpad, ...shapeOf(this.#caps ?? new Map()) });
    if (JSON.stringify(plan) !== JSON.stringify(this.#plan)) {
      this.releaseAll(); // a key that is taken away would never hear of the pointer leaving it
      this.#plan = plan;
      this.#place(plan);
    }
    this.#label();
  }

  #place({ across, down, keys }) {
    const board = this.#board;
    board.dataset.shape = this.#isNarrow ? "narrow" : "wide";
    board.style.setProperty("--across", across);
    board.style.setProperty("--down", down);
    this.#buttons = new Map(keys.map((place) => [place.code, keyButton(place)]));
    board.replaceChildren(...this.#buttons.values());
    this.#stopAt(keys[0].code);
  }

  #label() {
    for (const { led } of LIGHTS) {
      showLight(this.querySelector(`[data-led="${led}"]`), this.#leds.includes(led));
    }
    if (!this.#plan) return;
    const caps = this.#caps ?? nameCaps([...this.#buttons.keys()]);
    const level = levelOf(this.#keys.heldCodes());
    const isCapsLocked = this.#leds.includes("caps_lock");
    const shape = { isNarrow: this.#isNarrow, hasAltGr: hasAltGr(caps) };
    for (const [code, button] of this.#buttons) {
      const cap = writes(code) ? caps.get(code) : null;
      if (cap) labelByLayout(button, drawnLabels(cap, level, isCapsLocked));
      else labelByName(button, writes(code) ? { label: "", name: code } : capName(code, shape));
      // The layout has a say in it: in German it is a comma.
      if (code === "NumpadDecimal" && caps.get(code)) {
        labelByName(button, { ...capName(code, shape), label: caps.get(code).labels[0] });
      }
      if (LIT_BY[code]) button.dataset.lit = String(this.#leds.includes(LIT_BY[code]));
    }
  }

  #drawStates() {
    for (const [code, button] of this.#buttons) {
      const state = this.#keys.stateOf(code);
      if (button.dataset.state === state) continue;
      button.dataset.state = state;
      if (isModifier(code)) button.setAttribute("aria-pressed", String(state !== "up"));
    }
    const level = levelOf(this.#keys.heldCodes());
    if (this.#board.dataset.level === String(level)) return;
    this.#board.dataset.level = level;
    this.#label();
  }
}

function keyButton({ code, x, y, width, height }) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.code = code;
  button.dataset.state = "up";
  button.toggleAttribute("data-modifier", isModifier(code));
  const place = { "--x": x, "--y": y, "--width": width, "--height": height };
  for (const [name, value] of Object.entries(place)) button.style.setProperty(name, value);
  const cap = document.createElement("span");
  cap.className = "cap";
  button.append(cap);
  return button;
}

function labelByLayout(button, labels) {
  button.firstElementChild.replaceChildren(
    ...labels.map(({ level, label, isLetter, isNow, isDead }) => {
      const mark = document.createElement("span");
      mark.textContent = label;
      mark.dataset.level = level;
      mark.toggleAttribute("data-letter", isLetter);
      mark.toggleAttribute("data-now", isNow);
      mark.toggleAttribute("data-dead", isDead);
      return mark;
    }),
  );
  button.toggleAttribute("data-named", false);
  const now = labels.find(({ isNow }) => isNow) ?? labels[0];
  const dead = now?.isDead ? ", dead key" : "";
  button.setAttribute("aria-label", now ? `${now.label}${dead}` : button.dataset.code);
}

function labelByName(button, { label, name }) {
  const cap = button.firstElementChild;
  if (cap.textContent !== label || cap.children.length > 0) cap.replaceChildren(label);
  button.toggleAttribute("data-named", true);
  button.setAttribute("aria-label", name);
}

function light({ led, words }) {
  const item = document.createElement("li");
  item.dataset.led = led;
  const state = document.createElement("span");
  state.className = "for-readers";
  item.append(words, state);
  return item;
}

function showLight(item, isLit) {
  item.dataset.lit = String(isLit);
  item.querySelector(".for-readers").textContent = isLit ? " on" : " off";
}

customElements.define("kvm-keyboard", KvmKeyboard);
