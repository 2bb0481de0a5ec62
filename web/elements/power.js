/**
 * <kvm-power>: what is done to the target and its cable as a whole: waking it up, plugging our USB
 * device out and in again, and its reset, where there is a wire for it. What interrupts asks once.
 */
import { canReplug, canWake } from "../lib/words.js";

const QUESTIONS = {
  replug: {
    words:
      "Keyboard, mouse and drive disappear from the target for half a second and come back, as if " +
      "the USB cable were pulled out and put in again. Held keys are let go.",
    yes: "Replug now",
    no: "Leave it plugged",
  },
  reset: {
    words:
      "The target restarts at once, as if its reset button were pressed. What it has not saved is lost.",
    yes: "Reset now",
    no: "Keep running",
    isDangerous: true,
  },
};

const confirmation = (act, { words, yes, no, isDangerous = false }) => `
  <div class="confirm" role="group" aria-label="Confirm" data-question="${act}" hidden>
    <p>${words}</p>
    <div class="buttons">
      <button type="button" ${isDangerous ? 'class="danger"' : ""}
              data-action="${act}-confirm">${yes}</button>
      <button type="button" data-action="${act}-cancel">${no}</button>
    </div>
  </div>`;

const MARKUP = `
  <div hidden>
    <h2>Target</h2>
    <div class="buttons">
      <button type="button" data-action="wake" hidden>Wake it up</button>
      <button type="button" data-action="replug" hidden>Replug USB…</button>
      <button type="button" data-action="reset" hidden>Reset the target…</button>
    </div>
    ${Object.entries(QUESTIONS).map(([act, question]) => confirmation(act, question)).join("")}
    <p class="note" role="status"></p>
  </div>`;

class KvmPower extends HTMLElement {
  #leaving = null;
  #isBusy = false;
  #can = { wake: false, replug: false, reset: false };
  #asked = null; // which question stands open

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const on = (action, act) =>
      this.#button(action).addEventListener("click", act, { signal });
    on("wake", () => this.#isBusy || this.#say("kvm-wake"));
    for (const act of Object.keys(QUESTIONS)) {
      on(act, () => this.#isBusy || this.#ask(act));
      on(`${act}-cancel`, () => this.#ask(null));
      on(`${act}-confirm`, () => this.#confirm(act));
    }
    const escape = (event) => event.key === "Escape" && this.#asked && this.#ask(null);
    this.addEventListener("keydown", escape, { signal });
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  /** @param {{reset: boolean} | undefined} target */
  set target(target) {
    this.#can.reset = Boolean(target?.reset);
    this.#draw();
  }

  /** @param {{state: string} | undefined} cable */
  set cable(cable) {
    this.#can.wake = canWake(cable);
    this.#can.replug = canReplug(cable);
    this.#draw();
  }

  set busy(isBusy) {
    this.#isBusy = isBusy; // not `disabled`, which would drop the focus
    for (const act of Object.keys(this.#can)) {
      this.#button(act).setAttribute("aria-disabled", String(isBusy));
    }
  }

  /** What became of it. @param {string} words */
  set note(words) {
    this.querySelector(".note").textContent = words;
  }

  #button(action) {
    return this.querySelector(`[data-action="${action}"]`);
  }

  #say(type) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true }));
  }

  #draw() {
    if (this.#asked && !this.#can[this.#asked]) this.#asked = null;
    for (const [act, can] of Object.entries(this.#can)) {
      this.#button(act).hidden = !can || this.#asked !== null;
    }
    for (const box of this.querySelectorAll("[data-question]")) {
      box.hidden = box.dataset.question !== this.#asked;
    }
    this.firstElementChild.hidden = !Object.values(this.#can).includes(true);
  }

  /** @param {string | null} act what is asked about; null to ask no more */
  #ask(act) {
    const was = this.#asked;
    this.#asked = act;
    this.note = "";
    this.#draw();
    this.#button(act ? `${act}-cancel` : was).focus();
  }

  #confirm(act) {
    this.#ask(null);
    this.#say(`kvm-${act}`);
  }
}

customElements.define("kvm-power", KvmPower);
