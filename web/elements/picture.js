/**
 * <kvm-picture>: the target's picture, as large as it fits, or in words why there is none.
 *
 * <kvm-pointer> lies around the canvas and below the card: where nothing is shown, nobody can point.
 *
 * Says `kvm-drawn` for each frame it was given, and `kvm-shown` when `data-state` has changed, which
 * is waiting, live, card or lost.
 */
import { displayAspect, fit } from "../lib/aspect.js";
import { FrameRate } from "../lib/frame-rate.js";
import { NewestOnly } from "../lib/newest-only.js";

const MARKUP = `
  <kvm-pointer>
    <canvas role="img" aria-label="Picture of the target’s screen"></canvas>
  </kvm-pointer>
  <div class="card" role="status">
    <p class="headline"></p>
    <p class="remedy"></p>
  </div>`;

class KvmPicture extends HTMLElement {
  #leaving = null;
  #frames = new NewestOnly(
    (frame, isWanted) => this.#paint(frame, isWanted),
    (frame) => this.#drawn(frame),
  );
  #rate = new FrameRate();
  #hidden = null; // the newest frame that came while nobody could see it
  #status = null;
  #frame = null; // what is on the canvas now

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal });
    const resizing = new ResizeObserver(() => this.#fit());
    resizing.observe(this);
    signal.addEventListener("abort", () => resizing.disconnect());
    this.card = null;
  }

  disconnectedCallback() {
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
  set isLost(isLost) {
    if (!isLost) return;
    this.#forgetFrames();
    this.#show("lost", { sentence: "Connection lost. This is not the present picture." });
  }

  /** @param {object} picture the status document's `picture` */
  set status(picture) {
    this.#status = picture;
    this.#fit();
  }

  /** @returns {{width: number, height: number} | null} the frame that is shown live */
  get liveFrame() {
    return this.dataset.state === "live" ? this.#frame : null;
  }

  get framesPerSecond() {
    return this.#rate.perSecond(performance.now());
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

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
    if (state !== "live") {
      this.querySelector(".headline").textContent = sentence;
      this.querySelector(".remedy").textContent = remedy;
    }
    this.#say("kvm-shown", { state });
  }

  #fit() {
    const aspect = displayAspect(this.#status, this.#frame);
    this.style.setProperty("--aspect", `${aspect[0]} / ${aspect[1]}`);
    const { width, height } = fit({ width: this.clientWidth, height: this.clientHeight }, aspect);
    const canvas = this.querySelector("canvas");
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }

  #visibilityChanged() {
    if (document.hidden || !this.#hidden) return;
    this.#frames.offer(this.#hidden);
    this.#hidden = null;
  }
}

customElements.define("kvm-picture", KvmPicture);
