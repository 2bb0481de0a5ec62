/** <kvm-seats>: who else is at the target's keyboard, who types, and what the others call you. */
import { NAME_LIMIT, companyWords, seatLines, tidyName } from "../lib/seat-words.js";

const MARKUP = `
  <h2>Who is here</h2>
  <p class="company" aria-live="polite"></p>
  <ul></ul>
  <button type="button" class="quiet" data-action="rename">Your name…</button>
  <form hidden>
    <label for="seat-name">Your name, for the others</label>
    <input id="seat-name" name="name" maxlength="${NAME_LIMIT}" autocomplete="nickname" required>
    <div class="buttons">
      <button type="submit" class="primary" data-action="rename-confirm">Use it</button>
      <button type="button" data-action="rename-cancel">Leave it</button>
    </div>
  </form>`;

class KvmSeats extends HTMLElement {
  #leaving = null;
  #seats = [];
  #shown = "";
  #ownId = null;

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const on = (selector, type, act) =>
      this.querySelector(selector).addEventListener(type, act, { signal });
    on("[data-action=rename]", "click", () => this.#ask(true));
    on("[data-action=rename-cancel]", "click", () => this.#ask(false));
    on("form", "submit", (event) => this.#rename(event));
    on("form", "keydown", (event) => event.key === "Escape" && this.#ask(false));
    this.ownId = null;
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  /** @param {{id: string, name: string, held: number, is_typing: boolean}[] | undefined} seats */
  set seats(seats) {
    this.#seats = seats ?? [];
    this.#draw();
  }

  /** Which of the seats is this page; null while it has none. @param {string | null} id */
  set ownId(id) {
    this.#ownId = id;
    this.querySelector("[data-action=rename]").disabled = id === null;
    this.#draw();
  }

  #draw() {
    const lines = seatLines(this.#seats, this.#ownId);
    const fresh = JSON.stringify(lines);
    if (fresh === this.#shown) return; // the status comes ten times a second
    this.#shown = fresh;
    this.hidden = lines.length === 0;
    const company = this.querySelector(".company");
    const words = companyWords(lines);
    if (company.textContent !== words) company.textContent = words;
    this.querySelector("ul").replaceChildren(...(lines.length > 1 ? lines.map(item) : []));
  }

  #ask(isAsking) {
    const form = this.querySelector("form");
    form.hidden = !isAsking;
    this.querySelector("[data-action=rename]").hidden = isAsking;
    if (!isAsking) return this.querySelector("[data-action=rename]").focus();
    const own = this.#seats.find(({ id }) => id === this.#ownId);
    form.elements.name.value = own?.name ?? "";
    form.elements.name.select();
  }

  #rename(event) {
    event.preventDefault();
    const name = tidyName(this.querySelector("input").value);
    if (!name) return;
    this.dispatchEvent(new CustomEvent("kvm-name", { bubbles: true, detail: { name } }));
    this.#ask(false);
  }
}

function item({ name, isOwn, isTyping, state }) {
  const line = document.createElement("li");
  line.toggleAttribute("data-typing", isTyping);
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = name;
  const what = document.createElement("span");
  what.className = "what";
  what.textContent = [isOwn ? "you" : "", state].filter(Boolean).join(", ");
  line.append(who, " ", what);
  return line;
}

customElements.define("kvm-seats", KvmSeats);
