/**
 * <kvm-screen>: the target's picture, and the place where keyboard and mouse are given to the target.
 *
 * Captured means: every key goes to the target and nothing of it to the page or the browser, and
 * <kvm-pointer> is active. That begins with a click, which is for the page alone, (or Enter, so that
 * Tab can walk past) and ends with a click elsewhere, the button, the leave chord, or Escape where
 * the pointer is locked. Whatever takes the focus away releases all keys and buttons first.
 *
 * Hooks: `data-state` is waiting, live, card or lost; `data-captured` exists while captured.
 */
import { Keystrokes, namelessKey } from "../lib/keystrokes.js";
import { LeaveChord } from "../lib/leave-chord.js";
import { complaintNotice } from "../lib/notices.js";
import { figures, keyboardWords, stageLabel } from "../lib/screen-words.js";

const MARKUP = `
  <div class="stage" tabindex="0" role="application">
    <kvm-picture></kvm-picture>
  </div>
  <div class="bar">
    <p class="keyboard" role="status"></p>
    <button type="button" data-action="take" hidden>Take over</button>
    <button type="button" data-action="leave" hidden>Leave</button>
    <p class="figures"></p>
    <kvm-mouse-choice></kvm-mouse-choice>
    <button type="button" class="quiet" data-action="fullscreen">Full screen</button>
  </div>`;

class KvmScreen extends HTMLElement {
  #leaving = null;
  #keystrokes = new Keystrokes({ isMac: /^Mac/.test(navigator.platform) });
  #leaveChord = new LeaveChord();
  #isOnline = false;
  #choice = { mode: "absolute", hasAbsolute: true };
  #holdsEscape = false; // whether the keyboard lock sends Escape to the target
  #isCaptured = false;
  #wasCaptured = false; // when the window lost the focus
  #roundTripMs = null;
  #notice = "";
  #canTake = false;

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const stage = this.#stage;
    stage.addEventListener("click", () => this.#capture({ hasClicked: true }), { signal });
    stage.addEventListener("keydown", (event) => this.#keydown(event), { signal });
    stage.addEventListener("keyup", (event) => this.#keyup(event), { signal });
    stage.addEventListener("blur", () => this.#stageLost(), { signal });
    stage.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    stage.addEventListener("kvm-shown", ({ detail }) => this.#shown(detail), { signal });
    stage.addEventListener("kvm-lock", ({ detail }) => this.#lockChanged(detail), { signal });
    this.#button("leave").addEventListener("click", () => this.leave(), { signal });
    this.#button("take").addEventListener("click", () => this.#take(), { signal });
    // Taking over goes on with the picture, which must not lose the focus for it.
    this.#button("take").addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    this.#button("fullscreen").addEventListener("click", () => this.#toggleFullscreen(), { signal });
    this.#button("fullscreen").hidden = !document.fullscreenEnabled;
    document.addEventListener("fullscreenchange", () => this.#fullscreenChanged(), { signal });
    // A key let go while another window has focus would stay down on the target.
    window.addEventListener("blur", () => this.leave(), { signal });
    window.addEventListener("focus", () => this.#windowBack(), { signal });
    window.addEventListener("pagehide", () => this.leave(), { signal });
    // Ctrl+W is a shortcut of shells too, and without a keyboard lock it would close this page.
    window.addEventListener("beforeunload", (event) => this.#isCaptured && event.preventDefault(), {
      signal,
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.leave(), { signal });
    const telling = setInterval(() => this.#tellFigures(), 1000);
    signal.addEventListener("abort", () => clearInterval(telling));
    this.dataset.state = this.#picture.dataset.state;
    this.#tellKeyboard();
  }

  disconnectedCallback() {
    this.leave();
    this.#leaving.abort();
  }

  /** Whether keys reach the server. Offline, the server has let go of everything we held. */
  set isOnline(isOnline) {
    this.#isOnline = isOnline;
    if (!isOnline) {
      this.forget();
      this.#roundTripMs = null;
    }
    this.notice = "";
    this.#tellKeyboard();
  }

  /** @param {import("../lib/mouse-choice.js").MouseChoice} choice */
  set mouse(choice) {
    const { mode, hasAbsolute } = this.#choice;
    if (choice.mode === mode && choice.hasAbsolute === hasAbsolute) return;
    this.#choice = choice;
    this.#pointer.choice = choice;
    this.#tellKeyboard();
  }

  /** A sentence about the last key; empty when all is well. @param {string} sentence */
  set notice(sentence) {
    this.#tellNotice({ sentence, canTake: false });
  }

  /** What the server could not do. @param {{code: string, sentence: string, remedy: string}} error */
  set complaint(error) {
    this.#tellNotice(complaintNotice(error));
  }

  set roundTripMs(ms) {
    this.#roundTripMs = ms;
  }

  /** Take keyboard and mouse back. */
  leave() {
    this.#letGo();
    this.#setCaptured(false);
  }

  /** The other end has let go of every key and button: what a finger still holds is not down there. */
  forget() {
    this.#leaveChord.forget();
    this.#keystrokes.forget();
    this.#pointer.forget();
  }

  get #stage() {
    return this.querySelector(".stage");
  }

  get #picture() {
    return this.querySelector("kvm-picture");
  }

  get #pointer() {
    return this.querySelector("kvm-pointer");
  }

  #button(action) {
    return this.querySelector(`[data-action="${action}"]`);
  }

  #say(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

  #shown({ state }) {
    this.dataset.state = state;
    this.#tellFigures();
  }

  #tellFigures() {
    const { liveFrame, framesPerSecond } = this.#picture;
    const words = figures(liveFrame, framesPerSecond, this.#roundTripMs);
    this.querySelector(".figures").textContent = words;
  }

  // Keyboard and mouse

  #capture({ hasClicked = false } = {}) {
    this.#stage.focus({ preventScroll: true });
    if (!this.#isCaptured) this.#pointer.activate({ hasClicked });
    this.#setCaptured(true);
  }

  #setCaptured(isCaptured) {
    if (isCaptured === this.#isCaptured) return;
    this.#isCaptured = isCaptured;
    // Where the pointer was locked, leaving is how one gets to the button that takes over.
    if (isCaptured || !this.#canTake) this.notice = "";
    if (isCaptured) this.dataset.captured = "true";
    else delete this.dataset.captured;
    this.#button("leave").hidden = !isCaptured;
    this.#tellKeyboard();
    this.#say("kvm-capture", { isCaptured });
  }

  #letGo() {
    this.#pointer.deactivate();
    this.#leaveChord.forget();
    this.#keystrokes.forget();
    if (this.#isCaptured) this.#say("kvm-release");
  }

  #keydown(event) {
    if (!this.#isCaptured) {
      if (event.code === "Enter" && !event.repeat) {
        event.preventDefault();
        this.#capture();
      }
      return;
    }
    this.#swallow(event);
    const nameless = namelessKey(event);
    if (nameless) {
      this.notice = nameless;
      return;
    }
    this.#leaveChord.hear(event.code, true);
    this.#send(this.#keystrokes.pressed(event));
  }

  #keyup(event) {
    if (!this.#isCaptured) return;
    this.#swallow(event);
    if (namelessKey(event)) return;
    this.#send(this.#keystrokes.released(event));
    if (this.#leaveChord.hear(event.code, false)) this.leave();
  }

  #swallow(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  #send(strokes) {
    for (const stroke of strokes) this.#say("kvm-key", stroke);
  }

  #tellNotice({ sentence, canTake }) {
    if (this.#notice === sentence && this.#canTake === canTake) return;
    this.#notice = sentence;
    this.#canTake = canTake;
    this.#tellKeyboard();
  }

  #take() {
    this.notice = "";
    this.#say("kvm-take");
  }

  /** Escape unlocks the pointer without a word to the page, and means both: keyboard and mouse. */
  #lockChanged({ isLocked, sentence }) {
    if (sentence || isLocked) this.notice = sentence;
    else if (!isLocked && this.#choice.mode === "relative") this.leave();
    this.#tellKeyboard();
  }

  #tellKeyboard() {
    const isOnline = this.#isOnline;
    const isCaptured = this.#isCaptured;
    const isTouch = matchMedia("(hover: none)").matches;
    const { mode, hasAbsolute } = this.#choice;
    const situation = {
      isOnline, isCaptured, isTouch,
      mouse: isTouch && !hasAbsolute ? "off" : mode, // fingers cannot play a relative one
      isLocked: this.#pointer.isLocked,
      holdsEscape: this.#holdsEscape,
    };
    const place = this.querySelector(".keyboard");
    place.textContent = this.#notice || keyboardWords(situation);
    place.toggleAttribute("data-notice", this.#notice !== "" || !isOnline);
    this.#button("take").hidden = !this.#canTake;
    this.#stage.setAttribute("aria-label", stageLabel(isCaptured));
  }

  // Window

  #stageLost() {
    // When it is the window that lost the focus, the stage stays the page's active element.
    this.#wasCaptured = this.#isCaptured && document.activeElement === this.#stage;
    this.leave();
  }

  /** Looking something up in another window is no farewell; the browser gave the focus back. */
  #windowBack() {
    if (this.#wasCaptured && document.activeElement === this.#stage) this.#capture();
    this.#wasCaptured = false;
  }

  /** What fills the screen: the picture with its tools, for a paste is watched while it types. */
  get #whole() {
    return this.closest(".view") ?? this;
  }

  async #toggleFullscreen() {
    if (document.fullscreenElement) {
      await document.exitFullscreen();
      return;
    }
    await this.#whole.requestFullscreen();
    this.#capture();
  }

  async #fullscreenChanged() {
    const isFull = document.fullscreenElement === this.#whole;
    this.#button("fullscreen").textContent = isFull ? "Leave full screen" : "Full screen";
    // With the lock, Escape, Alt+Tab and Ctrl+W reach the target too (Keyboard Lock, where it exists).
    this.#holdsEscape = isFull && (await lockKeyboard());
    if (!isFull) navigator.keyboard?.unlock?.();
    this.#tellKeyboard();
  }
}

/** @returns {Promise<boolean>} whether Escape and its like are ours now */
async function lockKeyboard() {
  if (!navigator.keyboard?.lock) return false;
  return navigator.keyboard.lock().then(() => true, () => false);
}

customElements.define("kvm-screen", KvmScreen);
