/** <kvm-drive>: what is in the target's drive, and what could go in. */
import { driveChoice, followsDrive } from "../lib/drive-choice.js";
import { humanSize } from "../lib/sizes.js";
import { driveWords } from "../lib/words.js";

const MARKUP = `
  <h2>Drive</h2>
  <p class="now" aria-live="polite"></p>
  <form>
    <label for="image">Image</label>
    <div class="pick">
      <select id="image" name="image"></select>
      <button type="button" class="quiet" data-action="reload" title="Read the list again"
              aria-label="Read the list of images again">↻</button>
    </div>
    <fieldset class="modes">
      <legend class="for-readers">As</legend>
      <label><input type="radio" name="mode" value="cdrom" checked> CD-ROM</label>
      <label><input type="radio" name="mode" value="disk"> Disk</label>
    </fieldset>
    <p class="library reason" role="status"></p>
    <p class="why reason"></p>
    <div class="buttons">
      <button type="submit" class="primary" data-action="insert">Insert</button>
      <button type="button" data-action="eject">Eject</button>
    </div>
    <p class="note" role="status"></p>
  </form>
  <div class="problem" role="alert" hidden>
    <p></p>
    <p class="remedy"></p>
    <button type="button" data-action="eject-force" hidden>Eject by force</button>
  </div>`;

class KvmDrive extends HTMLElement {
  #leaving = null;
  #drive = null;
  #images = [];
  #busy = "";
  #isChoosing = false; // the user picked something that is not in the drive yet
  #wantedMode = "cdrom";

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const on = (selector, type, act) =>
      this.querySelector(selector).addEventListener(type, act, { signal });
    on("select", "change", () => this.#choose());
    on("fieldset", "change", (event) => this.#chooseMode(event.target.value));
    on("form", "submit", (event) => this.#insert(event));
    on("[data-action=eject]", "click", () => this.#say("kvm-eject", { force: false }));
    on("[data-action=eject-force]", "click", () => this.#say("kvm-eject", { force: true }));
    on("[data-action=reload]", "click", () => this.#say("kvm-reload"));
    this.#draw();
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  /** @param {object | null} drive the status document's `drive` */
  set drive(drive) {
    const picked = this.#isChoosing ? this.#select.value : null;
    if (followsDrive(this.#drive, drive, picked)) {
      this.#isChoosing = false;
      this.#wantedMode = drive?.mode ?? "cdrom";
    }
    this.#drive = drive ?? null;
    this.#draw();
  }

  /** @param {{name: string, size_bytes: number, modes: string[], reason: string | null}[]} images */
  set images(images) {
    this.#images = images;
    this.#draw();
  }

  /** Why the library cannot be read, or null. @param {{sentence: string, remedy: string} | null} trouble */
  set libraryProblem(trouble) {
    const words = this.querySelector(".library");
    words.textContent = trouble ? `${trouble.sentence} ${trouble.remedy ?? ""}`.trim() : "";
  }

  /** What is being done right now; empty when nothing is. @param {string} words */
  set busy(words) {
    this.#busy = words;
    this.toggleAttribute("data-busy", words !== "");
    this.#draw();
  }

  /** @param {import("../lib/problem.js").Problem | null} problem */
  set problem(problem) {
    const box = this.querySelector(".problem");
    box.hidden = problem === null;
    const [what, remedy] = box.querySelectorAll("p");
    what.textContent = problem?.sentence ?? "";
    remedy.textContent = problem?.remedy ?? "";
    this.querySelector("[data-action=eject-force]").hidden = problem?.code !== "medium_locked";
  }

  get #select() {
    return this.querySelector("select");
  }

  #choose() {
    this.#isChoosing = this.#select.value !== (this.#drive?.image ?? "");
    this.#wantedMode = this.#isChoosing ? "cdrom" : (this.#drive?.mode ?? "cdrom");
    this.problem = null;
    this.#draw();
  }

  #chooseMode(mode) {
    this.#wantedMode = mode;
    this.problem = null;
    this.#draw();
  }

  #insert(event) {
    event.preventDefault();
    const { canInsert, mode, notice } = this.#choice();
    if (!canInsert || this.#busy) return;
    this.#say("kvm-insert", { image: this.#select.value, mode, notice });
  }

  #say(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

  #choice() {
    const image = this.#images.find(({ name }) => name === this.#select.value) ?? null;
    return driveChoice(image, this.#drive, this.#wantedMode);
  }

  #draw() {
    const now = driveWords(this.#drive, humanSize);
    const place = this.querySelector(".now");
    if (place.textContent !== now) place.textContent = now;
    place.classList.toggle("empty", !this.#drive?.image);
    this.#drawList();
    const { mode, canInsert, verb, reason, notice } = this.#choice();
    this.#drawModes(mode);
    this.querySelector(".why").textContent = reason;
    const insert = this.querySelector("[data-action=insert]");
    insert.textContent = verb;
    insert.disabled = !canInsert || this.#busy !== "";
    this.querySelector("[data-action=eject]").disabled = !this.#drive?.image || this.#busy !== "";
    this.querySelector(".note").textContent = this.#busy || notice;
    // A browser drops the focus of a button that is disabled, and the next Tab starts at the top.
    if (this.contains(document.activeElement) && document.activeElement.disabled) {
      this.#select.focus();
    }
  }

  #drawList() {
    const chosen = this.#isChoosing ? this.#select.value : (this.#drive?.image ?? "");
    const options = [new Option("None", ""), ...this.#images.map(option)];
    const isListed = chosen === "" || this.#images.some(({ name }) => name === chosen);
    if (!isListed) options.push(new Option(`${chosen} (not in the library)`, chosen));
    const isSame =
      options.length === this.#select.length &&
      options.every((each, index) => each.text === this.#select.options[index].text);
    // Replacing would close an open list, and setting the value would move the mark in it.
    if (!isSame) this.#select.replaceChildren(...options);
    if (this.#select.value !== chosen) this.#select.value = chosen;
  }

  #drawModes(mode) {
    const image = this.#images.find(({ name }) => name === this.#select.value);
    const fieldset = this.querySelector("fieldset");
    fieldset.disabled = !image || this.#busy !== "";
    for (const radio of fieldset.querySelectorAll("input")) {
      radio.disabled = image !== undefined && !image.modes.includes(radio.value);
      if (radio.value === mode) radio.checked = true;
    }
  }
}

function option({ name, size_bytes, modes }) {
  const kind = modes.includes("cdrom") ? "" : modes.includes("disk") ? ", disk only" : ", unusable";
  return new Option(`${name} (${humanSize(size_bytes)}${kind})`, name);
}

customElements.define("kvm-drive", KvmDrive);
