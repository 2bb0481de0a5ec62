/**
 * <kvm-typing>: how far the text is that is being typed, by whomever, and the buttons to stop it.
 *
 * It listens to no key: Escape is for the target, and must not end an hour of typing.
 */
import { isWorthKeeping, typingWords } from "../lib/typing-words.js";

const MARKUP = `
  <div class="typing" role="group" aria-label="Text being typed" hidden>
    <p class="line"><strong role="status"></strong> <span class="count"></span></p>
    <progress aria-label="Characters typed"></progress>
    <p class="stopped" role="status"></p>
    <p class="doubt" role="status"></p>
    <p class="sentence"></p>
    <p class="trouble" role="alert"></p>
    <div class="buttons"></div>
  </div>`;

class KvmTyping extends HTMLElement {
  #leaving = null;
  #job = null;
  #people = { ownSeats: [], seats: [] };
  #dismissed = null; // the text of which the user has seen the end

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    // A button that takes the focus would take the keyboard back from the target.
    this.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    this.addEventListener("click", (event) => this.#act(event), { signal });
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  /** @param {object | null} job the status document's `typing` */
  set job(job) {
    if (job === null && isWorthKeeping(this.#job)) return;
    if (job?.id !== this.#job?.id || job?.state !== this.#job?.state) this.problem = null;
    this.#job = job;
    this.#draw();
  }

  /** @param {{ownSeats: string[], seats: object[]}} people who this page is and was, and all */
  set people(people) {
    this.#people = people;
    this.#draw();
  }

  /** @param {import("../lib/problem.js").Problem | null} problem why a button did nothing */
  set problem(problem) {
    const words = problem ? `${problem.sentence} ${problem.remedy}`.trim() : "";
    tell(this.querySelector(".trouble"), words);
  }

  /** Whoever signs in next did not have it typed. */
  clear() {
    this.#job = null;
    this.#draw();
  }

  #draw() {
    const job = this.#job?.id === this.#dismissed ? null : this.#job;
    const words = typingWords(job, this.#people);
    const box = this.firstElementChild;
    box.hidden = words === null;
    if (!words) return;
    box.dataset.tone = words.tone;
    box.dataset.state = job.state;
    tell(this.querySelector("strong"), words.headline);
    tell(this.querySelector(".count"), words.count);
    tell(this.querySelector(".stopped"), words.stopped);
    tell(this.querySelector(".doubt"), words.doubt);
    tell(this.querySelector(".sentence"), words.sentence);
    const bar = this.querySelector("progress");
    bar.max = Math.max(1, job.total);
    bar.value = job.total === 0 ? 1 : job.typed;
    this.#drawButtons(words.actions);
  }

  #drawButtons(actions) {
    const place = this.querySelector(".buttons");
    const shown = [...place.children].map((button) => button.dataset.action).join();
    const wanted = actions.map(({ action }) => `type-${action}`);
    if (shown === wanted.join()) return;
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(
      ...actions.map(({ words }, index) => {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.action = wanted[index];
        button.textContent = words;
        return button;
      }),
    );
    if (hadFocus) place.firstElementChild.focus();
  }

  #act(event) {
    const action = event.target.closest("button")?.dataset.action;
    if (!action || !this.#job) return;
    const { id, typed } = this.#job;
    if (action === "type-dismiss") {
      this.#dismissed = id;
      this.#draw();
    } else if (action === "type-skip") {
      this.#say("kvm-type-resume", { id, at: typed + 1 });
    } else {
      this.#say(`kvm-${action}`, { id });
    }
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

/** Writing the same words again would make a screen reader read them again. */
function tell(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

customElements.define("kvm-typing", KvmTyping);
