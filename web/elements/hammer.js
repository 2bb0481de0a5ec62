/**
 * <kvm-hammer>: presses one key again and again until it is stopped, for reaching a firmware's set-up.
 *
 * Stops by itself when keyboard and mouse are taken back, when the connection is lost, when somebody
 * else has the keyboard, and when nobody sees the page. Hook: `data-running` while it hammers.
 */
import {
  HAMMER_CODES, Hammering, LONGEST_MS, SHORTEST_MS, USUAL_MS, fittingInterval,
} from "../lib/hammering.js";
import { keyName, parseChord } from "../lib/key-names.js";

const OTHER = "other";

const MARKUP = `
  <h2>Hammer a key</h2>
  <form>
    <div class="fields">
      <label>Key <select name="key"></select></label>
      <label class="other" hidden>Name <input name="other" autocomplete="off" autocapitalize="off"
             spellcheck="false" placeholder="F1" size="8"></label>
      <label>every <input name="interval" type="number" inputmode="numeric" value="${USUAL_MS}"
             min="${SHORTEST_MS}" max="${LONGEST_MS}" step="50" required> ms</label>
    </div>
    <button type="submit" data-action="hammer">Start</button>
    <p class="note" role="status"></p>
    <p class="trouble" role="status"></p>
  </form>`;

class KvmHammer extends HTMLElement {
  #leaving = null;
  #hammering = null;
  #beating = null;
  #code = "";

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const form = this.#form;
    const keys = HAMMER_CODES.map((code) => new Option(keyName(code), code));
    form.elements.key.replaceChildren(...keys, new Option("Other…", OTHER));
    form.addEventListener("submit", (event) => this.#toggle(event), { signal });
    form.elements.key.addEventListener("change", () => this.#chooseKey(), { signal });
    // A button that takes the focus would take the keyboard back from the target.
    const keep = (event) => event.preventDefault();
    this.#button.addEventListener("mousedown", keep, { signal });
    const hidden = () => document.hidden && this.stop("Stopped, because nobody saw the page.");
    document.addEventListener("visibilitychange", hidden, { signal });
    window.addEventListener("pagehide", () => this.stop(), { signal });
  }

  disconnectedCallback() {
    this.stop();
    this.#leaving.abort();
  }

  /** What became of a key. @param {{delivery: string, code: string, sentence: string}} answer */
  set delivery(answer) {
    if (!this.#hammering) return;
    this.#hammering.answered(answer);
    this.#tell();
  }

  /** The other end let everything go; answers to what was out will not come. */
  forget() {
    this.#hammering?.forget();
  }

  /** @param {string} why shown in place of the count; empty to leave the count standing */
  stop(why = "") {
    if (!this.#hammering) return;
    clearInterval(this.#beating);
    this.#hammering = null;
    delete this.dataset.running;
    this.#button.textContent = "Start";
    if (why) this.#note(why);
  }

  get #form() {
    return this.querySelector("form");
  }

  get #button() {
    return this.querySelector("[data-action=hammer]");
  }

  #chooseKey() {
    const isOther = this.#form.elements.key.value === OTHER;
    this.querySelector(".other").hidden = !isOther;
    if (isOther) this.#form.elements.other.focus();
  }

  #toggle(event) {
    event.preventDefault();
    if (this.#hammering) return this.stop();
    const code = this.#chosenCode();
    if (!code) return;
    const interval = this.#form.elements.interval;
    const every_ms = fittingInterval(interval.valueAsNumber);
    interval.value = every_ms;
    this.#code = code;
    this.#hammering = new Hammering(code);
    this.dataset.running = "true";
    this.#button.textContent = "Stop";
    this.#beating = setInterval(() => this.#beat(), every_ms);
    this.#beat();
  }

  #chosenCode() {
    const { key, other } = this.#form.elements;
    if (key.value !== OTHER) return key.value;
    const { codes, unknown } = parseChord(other.value);
    if (codes.length === 1 && unknown.length === 0) return codes[0];
    this.#note("Write the name of one key, such as F1, Tab or KeyB.");
    other.focus();
    return null;
  }

  #beat() {
    const codes = this.#hammering.beat();
    if (!codes) return;
    this.dispatchEvent(new CustomEvent("kvm-chord", { bubbles: true, detail: { codes } }));
    if (this.#hammering) this.#tell(); // what could not be sent may have stopped us
  }

  #tell() {
    const { count, trouble } = this.#hammering.words(keyName(this.#code));
    this.#note(count, trouble);
  }

  #note(words, trouble = "") {
    this.querySelector(".note").textContent = words;
    const place = this.querySelector(".trouble");
    if (place.textContent !== trouble) place.textContent = trouble;
  }
}

customElements.define("kvm-hammer", KvmHammer);
