/** <kvm-power>: the target's reset, where there is a wire for it. Asks once, in the page. */
const MARKUP = `
  <div hidden>
    <h2>Target</h2>
    <button type="button" data-action="reset">Reset the target…</button>
    <div class="confirm" role="group" aria-label="Confirm the reset" hidden>
      <p>The target restarts at once, as if its reset button were pressed. What it has not saved is
      lost.</p>
      <div class="buttons">
        <button type="button" class="danger" data-action="reset-confirm">Reset now</button>
        <button type="button" data-action="reset-cancel">Keep running</button>
      </div>
    </div>
    <p class="note" role="status"></p>
  </div>`;

class KvmPower extends HTMLElement {
  #leaving = null;
  #isBusy = false;

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const on = (action, act) =>
      this.#button(action).addEventListener("click", act, { signal });
    on("reset", () => this.#isBusy || this.#ask(true));
    on("reset-cancel", () => this.#ask(false));
    on("reset-confirm", () => this.#confirm());
    const escape = (event) => event.key === "Escape" && this.#isAsking && this.#ask(false);
    this.addEventListener("keydown", escape, { signal });
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  /** @param {{reset: boolean} | undefined} target */
  set target(target) {
    this.firstElementChild.hidden = !target?.reset;
  }

  set busy(isBusy) {
    this.#isBusy = isBusy; // not `disabled`, which would drop the focus
    this.#button("reset").setAttribute("aria-disabled", String(isBusy));
    if (isBusy) this.note = "Resetting…";
  }

  /** @param {string} words */
  set note(words) {
    this.querySelector(".note").textContent = words;
  }

  get #isAsking() {
    return !this.querySelector(".confirm").hidden;
  }

  #button(action) {
    return this.querySelector(`[data-action="${action}"]`);
  }

  #ask(isAsking) {
    this.querySelector(".confirm").hidden = !isAsking;
    this.#button("reset").hidden = isAsking;
    this.note = "";
    this.#button(isAsking ? "reset-cancel" : "reset").focus();
  }

  #confirm() {
    this.#ask(false);
    this.dispatchEvent(new CustomEvent("kvm-reset", { bubbles: true }));
  }
}

customElements.define("kvm-power", KvmPower);
