/**
 * <kvm-screen>: the target's picture, and the place where a keyboard is given to the target.
 *
 * Captured means: every key goes to the target and nothing of it to the page or the browser. That
 * begins with a click (or Enter, so that Tab can walk past) and ends with a click elsewhere, the
 * button, or the leave chord. Whatever takes the focus away releases all keys first.
 *
 * Hooks: `data-state` is waiting, live, card or lost; `data-captured` exists while captured.
 */
import { displayAspect, fit } from "../lib/aspect.js";
import { FrameRate } from "../lib/frame-rate.js";
import { Keystrokes, namelessKey } from "../lib/keystrokes.js";
import { LeaveChord } from "../lib/leave-chord.js";
import { NewestOnly } from "../lib/newest-only.js";
import { figures, keyboardWords, stageLabel } from "../lib/screen-words.js";

const MARKUP = `
  <div class="stage" tabindex="0" role="application">
    <canvas role="img" aria-label="Picture of the target’s screen"></canvas>
    <div class="card" role="status">
      <p class="headline"></p>
      <p class="remedy"></p>
    </div>
  </div>
  <div class="bar">
    <p class="keyboard" role="status"></p>
    <button type="button" data-action="leave" hidden>Leave</button>
    <p class="figures"></p>
    <button type="button" class="quiet" data-action="fullscreen">Full screen</button>
  </div>`;

class KvmScreen extends HTMLElement {
  #leaving = null;
  #keystrokes = new Keystrokes({ isMac: /^Mac/.test(navigator.platform) });
  #leaveChord = new LeaveChord();
  #frames = new NewestOnly(
    (frame, isWanted) => this.#paint(frame, isWanted),
    (frame) => this.#drawn(frame),
  );
  #rate = new FrameRate();
  #hidden = null; // the newest frame that came while nobody could see it
  #picture = null;
  #frame = null; // what is on the canvas now
  #isOnline = false;
  #isCaptured = false;
  #wasCaptured = false; // when the window lost the focus
  #roundTripMs = null;
  #notice = "";

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const stage = this.#stage;
    stage.addEventListener("click", () => this.#capture(), { signal });
    stage.addEventListener("keydown", (event) => this.#keydown(event), { signal });
    stage.addEventListener("keyup", (event) => this.#keyup(event), { signal });
    stage.addEventListener("blur", () => this.#stageLost(), { signal });
    stage.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    this.#button("leave").addEventListener("click", () => this.leave(), { signal });
    this.#button("fullscreen").addEventListener("click", () => this.#toggleFullscreen(), { signal });
    this.#button("fullscreen").hidden = !document.fullscreenEnabled;
    this.addEventListener("fullscreenchange", () => this.#fullscreenChanged(), { signal });
    // A key let go while another window has focus would stay down on the target.
    window.addEventListener("blur", () => this.leave(), { signal });
    window.addEventListener("focus", () => this.#windowBack(), { signal });
    window.addEventListener("pagehide", () => this.leave(), { signal });
    // Ctrl+W is a shortcut of shells too, and without a keyboard lock it would close this page.
    window.addEventListener("beforeunload", (event) => this.#isCaptured && event.preventDefault(), {
      signal,
    });
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal });
    const resizing = new ResizeObserver(() => this.#fit());
    resizing.observe(stage);
    const telling = setInterval(() => this.#tellFigures(), 1000);
    signal.addEventListener("abort", () => {
      resizing.disconnect();
      clearInterval(telling);
    });
    this.card = null;
    this.#tellKeyboard();
  }

  disconnectedCallback() {
    this.leave();
    this.#leaving.abort();
  }

  /** The newest frame (see lib/video-frame.js). `kvm-drawn` follows for each. */
  set frame(frame) {
    if (document.hidden) {
      // Hidden pages draw late or never; the sender must not wait for that.
      this.#hidden = frame;
      this.#drawn(frame);
    } else {
      this.#frames.offer(frame);
    }
  }

  /**
   * Why there is no picture; null when nothing is known yet.
   *
   * @param {{state: string, sentence: string, remedy: string} | null} card
   */
  set card(card) {
    this.#forgetFrames();
    this.#show(card ? "card" : "waiting", card ?? { sentence: "Waiting for the picture…" });
  }

  /** The picture's connection is gone: what is still to be seen is old. */
  set isPictureLost(isLost) {
    if (!isLost) return;
    this.#forgetFrames();
    this.#show("lost", { sentence: "Connection lost. This is not the present picture." });
  }

  /** @param {object} picture the status document's `picture` */
  set picture(picture) {
    this.#picture = picture;
    this.#fit();
  }

  /** Whether keys reach the server. Offline, the server has let go of everything we held. */
  set isOnline(isOnline) {
    this.#isOnline = isOnline;
    this.#notice = "";
    if (!isOnline) {
      this.#keystrokes.forget();
      this.#roundTripMs = null;
    }
    this.#tellKeyboard();
  }

  /** A sentence about the last key; empty when all is well. @param {string} sentence */
  set notice(sentence) {
    if (this.#notice === sentence) return;
    this.#notice = sentence;
    this.#tellKeyboard();
  }

  set roundTripMs(ms) {
    this.#roundTripMs = ms;
  }

  /** Take the keyboard back. */
  leave() {
    this.#letGo();
    this.#setCaptured(false);
  }

  get #stage() {
    return this.querySelector(".stage");
  }

  #button(action) {
    return this.querySelector(`[data-action="${action}"]`);
  }

  #say(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

  // Picture

  /** A frame that is drawn after the news that it is old would pass for the present one. */
  #forgetFrames() {
    this.#hidden = null;
    this.#frames.forget();
  }

  async #paint(frame, isWanted) {
    try {
      const picture = await createImageBitmap(new Blob([frame.jpeg], { type: "image/jpeg" }));
      if (!isWanted()) return picture.close();
      const canvas = this.querySelector("canvas");
      if (canvas.width !== picture.width) canvas.width = picture.width;
      if (canvas.height !== picture.height) canvas.height = picture.height;
      canvas.getContext("2d", { alpha: false }).drawImage(picture, 0, 0);
      picture.close();
      this.#frame = frame;
      this.#rate.drawn(performance.now());
      this.#show("live");
      this.#fit();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      // One damaged frame is no reason to stop; the next one stands alone.
      console.warn(`Frame ${frame.sequence} is no picture: ${error.message}`);
    } finally {
      this.#drawn(frame);
    }
  }

  #drawn({ sequence }) {
    this.#say("kvm-drawn", { sequence });
  }

  #show(state, { sentence = "", remedy = "" } = {}) {
    if (state === "live" && this.dataset.state === "live") return; // the usual case, at every frame
    this.dataset.state = state;
    this.#tellFigures();
    if (state === "live") return;
    this.querySelector(".headline").textContent = sentence;
    this.querySelector(".remedy").textContent = remedy;
  }

  #fit() {
    const aspect = displayAspect(this.#picture, this.#frame);
    const stage = this.#stage;
    stage.style.setProperty("--aspect", `${aspect[0]} / ${aspect[1]}`);
    const box = { width: stage.clientWidth, height: stage.clientHeight };
    const { width, height } = fit(box, aspect);
    const canvas = this.querySelector("canvas");
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }

  #tellFigures() {
    const frame = this.dataset.state === "live" ? this.#frame : null;
    const rate = this.#rate.perSecond(performance.now());
    this.querySelector(".figures").textContent = figures(frame, rate, this.#roundTripMs);
  }

  // Keyboard

  #capture() {
    this.#stage.focus({ preventScroll: true });
    this.#setCaptured(true);
  }

  #setCaptured(isCaptured) {
    if (isCaptured === this.#isCaptured) return;
    this.#isCaptured = isCaptured;
    this.#notice = "";
    if (isCaptured) this.dataset.captured = "true";
    else delete this.dataset.captured;
    this.#button("leave").hidden = !isCaptured;
    this.#tellKeyboard();
    this.#say("kvm-capture", { isCaptured });
  }

  #letGo() {
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

  #tellKeyboard() {
    const isOnline = this.#isOnline;
    const isCaptured = this.#isCaptured;
    const isTouch = matchMedia("(hover: none)").matches;
    const place = this.querySelector(".keyboard");
    place.textContent = this.#notice || keyboardWords({ isOnline, isCaptured, isTouch });
    place.toggleAttribute("data-notice", this.#notice !== "" || !isOnline);
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

  #visibilityChanged() {
    if (document.hidden) {
      this.leave();
    } else if (this.#hidden) {
      this.#frames.offer(this.#hidden);
      this.#hidden = null;
    }
  }

  async #toggleFullscreen() {
    if (document.fullscreenElement) {
      await document.exitFullscreen();
      return;
    }
    await this.requestFullscreen();
    this.#capture();
  }

  async #fullscreenChanged() {
    const isFull = document.fullscreenElement === this;
    this.#button("fullscreen").textContent = isFull ? "Leave full screen" : "Full screen";
    // With the lock, Escape, Alt+Tab and Ctrl+W reach the target too (Keyboard Lock, where it exists).
    if (isFull) await navigator.keyboard?.lock?.().catch(() => undefined);
    else navigator.keyboard?.unlock?.();
  }
}

customElements.define("kvm-screen", KvmScreen);
