/** <kvm-mouse-choice>: which mouse the page plays on the target. */
class KvmMouseChoice extends HTMLElement {
  #leaving = null;

  connectedCallback() {
    this.innerHTML = `
      <label>Mouse <select name="mouse" data-action="mouse"></select></label>`;
    this.#leaving = new AbortController();
    this.#select.addEventListener("change", () => this.#choose(), { signal: this.#leaving.signal });
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  /** @param {import("../lib/mouse-choice.js").MouseChoice} choice */
  set choice({ mode, options }) {
    const select = this.#select;
    const isSame =
      select.length === options.length &&
      options.every(({ label }, index) => select.options[index].text === label);
    // Replacing would close an open list.
    if (!isSame) select.replaceChildren(...options.map(option));
    if (select.value !== mode) select.value = mode;
  }

  get #select() {
    return this.querySelector("select");
  }

  #choose() {
    const detail = { mode: this.#select.value };
    this.dispatchEvent(new CustomEvent("kvm-mouse-mode", { bubbles: true, detail }));
  }
}

function option({ mode, label, isMissing }) {
  const choice = new Option(label, mode);
  choice.disabled = isMissing;
  return choice;
}

customElements.define("kvm-mouse-choice", KvmMouseChoice);
