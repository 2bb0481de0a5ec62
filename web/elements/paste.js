/**
 * <kvm-paste>: a button, and the dialog in which a text is prepared for typing into the target.
 *
 * The text may be a password. So it stays in the text field alone, is taken away as soon as the
 * server has it, and can be hidden meanwhile.
 */
import { fieldRange } from "../lib/code-points.js";
import { doubtWords, untypableRows, verdictWords } from "../lib/paste-words.js";

const REPLACEMENT = "[?]";
const check_after_ms = 300; // of quiet: not at every letter

const MARKUP = `
  <button type="button" data-action="paste" aria-haspopup="dialog">Paste text…</button>
  <dialog class="paste" aria-labelledby="paste-title">
    <form>
      <header>
        <h2 id="paste-title">Type a text on the target</h2>
        <button type="button" class="quiet" data-action="paste-close" aria-label="Close">✕</button>
      </header>
      <kvm-typing></kvm-typing>
      <div class="text">
        <label for="paste-text">Text</label>
        <textarea id="paste-text" rows="7" autocomplete="off" spellcheck="false" autocapitalize="off"
                  aria-describedby="paste-verdict" autofocus></textarea>
        <div class="beside">
          <label class="check"><input type="checkbox" name="hide"> Hide the text</label>
          <button type="button" data-action="paste-clipboard" hidden>From clipboard</button>
        </div>
      </div>
      <div class="check-result">
        <p id="paste-verdict" class="verdict" role="status"></p>
        <ul class="untypable" aria-label="Characters that cannot be typed"></ul>
        <p class="doubt"></p>
      </div>
      <div class="wishes">
        <kvm-layout label="The target’s keyboard layout"></kvm-layout>
        <div class="field">
          <label for="paste-system">The target’s system</label>
          <select id="paste-system" name="system">
            <option value="linux">Linux and others</option>
            <option value="windows">Windows</option>
          </select>
        </div>
        <div class="field">
          <label for="paste-delay">Extra pause per key, ms</label>
          <input id="paste-delay" name="delay" type="number" min="0" max="1000" step="1" value="0"
                 inputmode="numeric" required>
        </div>
        <label class="check"><input type="checkbox" name="replace"> Replace what cannot be typed with
          <code>${REPLACEMENT}</code></label>
      </div>
      <div class="problem" role="alert" hidden><p></p><p class="remedy"></p></div>
      <footer class="buttons">
        <button type="submit" class="primary" data-action="type">Type</button>
        <button type="button" data-action="paste-close">Close</button>
        <span class="hint">Ctrl+Enter types.</span>
      </footer>
    </form>
  </dialog>`;

class KvmPaste extends HTMLElement {
  #leaving = null;
  #choice = null;
  #asked = null; // what the last check was about
  #verdict = null;
  #waiting = null;
  #isBusy = false;

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const on = (selector, type, act) =>
      this.querySelectorAll(selector).forEach((each) => each.addEventListener(type, act, { signal }));
    on("[data-action=paste]", "click", () => this.#open());
    on("[data-action=paste]", "mousedown", (event) => event.preventDefault()); // as <kvm-keys> does
    on("[data-action=paste-close]", "click", () => this.#dialog.close());
    on("[data-action=paste-clipboard]", "click", () => this.#takeClipboard());
    on("dialog", "close", () => this.#closed());
    on("dialog", "keydown", (event) => this.#keydown(event));
    on("form", "submit", (event) => this.#type(event));
    on("textarea", "input", () => this.#edited());
    on("[name=hide]", "change", () => this.#hide());
    on("[name=replace]", "change", () => this.#draw());
    on("[name=system]", "change", ({ target }) => this.#chooseSystem(target.value));
    on("kvm-layout", "kvm-layout", ({ detail }) => (this.choice = detail));
    on(".untypable", "click", (event) => this.#show(event));
    // Both are missing in some browsers, and the clipboard wherever the page came without TLS.
    this.querySelector("[data-action=paste-clipboard]").hidden = !navigator.clipboard?.readText;
    this.#field("hide").closest("label").hidden = !CSS.supports("-webkit-text-security", "disc");
  }

  disconnectedCallback() {
    clearTimeout(this.#waiting);
    this.#leaving.abort();
  }

  /** @param {import("../lib/layouts.js").Layout | null} choice */
  set choice(choice) {
    this.#choice = choice;
    this.#changed();
  }

  /** What the fields begin with. @param {{system?: string, delay_ms?: number}} settings */
  set settings({ system, delay_ms }) {
    if (system) this.#field("system").value = system;
    if (delay_ms !== undefined) this.#field("delay").value = delay_ms;
    this.#changed();
  }

  /** The server's answer to a `kvm-type-check`. Answers about older texts are no news. */
  judge(asked, verdict) {
    if (asked !== this.#asked) return;
    this.#verdict = verdict;
    this.#draw();
  }

  /** @param {import("../lib/problem.js").Problem | null} problem */
  set problem(problem) {
    const box = this.querySelector(".problem");
    box.hidden = problem === null;
    const [what, remedy] = box.querySelectorAll("p");
    what.textContent = problem?.sentence ?? "";
    remedy.textContent = problem?.remedy ?? "";
    const { characters, different } = problem?.members ?? {};
    if (!characters) return;
    this.#verdict = { untypable: characters, different };
    this.#draw();
  }

  set busy(isBusy) {
    this.#isBusy = isBusy; // not `disabled`, which would drop the focus
    const button = this.querySelector("[data-action=type]");
    button.setAttribute("aria-disabled", String(isBusy));
    button.textContent = isBusy ? "Starting…" : "Type";
  }

  /** The server has the text: it is not kept here any longer. */
  accepted() {
    this.wipe();
    this.#dialog.close();
  }

  wipe() {
    this.#text.value = "";
    this.#field("replace").checked = false; // it was a decision about this text
    this.problem = null;
    this.#edited();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #text() {
    return this.querySelector("textarea");
  }

  #field(name) {
    return this.querySelector(`[name=${name}]`);
  }

  #say(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

  #open() {
    this.problem = null;
    this.#dialog.showModal();
    this.#text.focus();
    this.#say("kvm-paste-open");
  }

  #closed() {
    // A text that may not be seen is none to come back to.
    if (this.#field("hide").checked) this.wipe();
  }

  #keydown(event) {
    event.stopPropagation(); // what is written here is for nobody else
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) {
      event.preventDefault();
      this.querySelector("form").requestSubmit();
    }
  }

  async #takeClipboard() {
    const text = await navigator.clipboard.readText().catch((error) => {
      if (!(error instanceof DOMException)) throw error;
      return null;
    });
    if (text === null) {
      const sentence = "The browser did not let this page read the clipboard.";
      this.problem = { sentence, remedy: "Click into the text and press Ctrl+V." };
      return;
    }
    this.problem = null;
    const field = this.#text;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    this.#edited();
  }

  #hide() {
    this.#text.classList.toggle("is-hidden", this.#field("hide").checked);
    this.#draw();
  }

  #chooseSystem(system) {
    this.#changed();
    this.#say("kvm-system", { system });
  }

  #wish() {
    const { layout, variant } = this.#choice ?? {};
    return { text: this.#text.value, layout, variant, system: this.#field("system").value };
  }

  #type(event) {
    event.preventDefault();
    if (this.#isBusy) return;
    if (this.#text.value === "") {
      this.#text.focus();
      return;
    }
    this.problem = null;
    const wish = { ...this.#wish(), delay_ms: Number(this.#field("delay").value) };
    if (this.#field("replace").checked) wish.replacement = REPLACEMENT;
    this.#say("kvm-type", wish);
  }

  #edited() {
    this.problem = null;
    this.#changed();
  }

  /** What was said about another text, or another layout, is not true of this one. */
  #changed() {
    this.#asked = null;
    this.#verdict = null;
    clearTimeout(this.#waiting);
    this.#draw();
    if (this.#text.value !== "") this.#waiting = setTimeout(() => this.#check(), check_after_ms);
  }

  #check() {
    this.#asked = this.#wish();
    this.#say("kvm-type-check", this.#asked);
  }

  #draw() {
    const replaces = this.#field("replace").checked;
    const { tone, words } = verdictWords(this.#text.value, this.#verdict, { replaces });
    const place = this.querySelector(".verdict");
    place.dataset.tone = tone;
    if (place.textContent !== words) place.textContent = words;
    this.querySelector(".doubt").textContent = doubtWords(this.#verdict, this.#field("system").value);
    const { rows, more } = untypableRows(this.#verdict, { isHidden: this.#field("hide").checked });
    const items = rows.map(untypable);
    if (more) items.push(item(more));
    this.querySelector(".untypable").replaceChildren(...items);
  }

  #show(event) {
    const button = event.target.closest("button");
    if (!button) return;
    this.#text.focus();
    const { offset, length } = button.dataset;
    this.#text.setSelectionRange(...fieldRange(this.#text.value, Number(offset), Number(length)));
  }
}

function item(...content) {
  const row = document.createElement("li");
  row.append(...content);
  return row;
}

function untypable({ character, length, label, places, more }) {
  const mark = document.createElement("mark");
  mark.textContent = character;
  mark.hidden = character === "";
  const name = document.createElement("span");
  name.textContent = label;
  const buttons = places.map(({ offset, words }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "place";
    button.dataset.offset = offset;
    button.dataset.length = length;
    button.textContent = words;
    button.title = "Select it in the text";
    return button;
  });
  const where = document.createElement("div");
  where.append(name, ...buttons, more);
  return item(mark, where);
}

customElements.define("kvm-paste", KvmPaste);
