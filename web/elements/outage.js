/** <kvm-outage>: a banner that says the connection is gone, and when the next attempt comes. */
const MARKUP = `
  <div class="outage" hidden>
    <p><strong role="alert"></strong> <span class="next"></span></p>
    <button type="button" data-action="retry">Try now</button>
  </div>`;

class KvmOutage extends HTMLElement {
  #leaving = null;
  #counting = null;

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    this.querySelector("button").addEventListener(
      "click",
      () => this.dispatchEvent(new CustomEvent("kvm-retry", { bubbles: true })),
      { signal: this.#leaving.signal },
    );
  }

  disconnectedCallback() {
    this.#leaving.abort();
    clearInterval(this.#counting);
  }

  /** @param {{sentence: string, retryAtMs: number} | null} outage in the time of performance.now() */
  set outage(outage) {
    clearInterval(this.#counting);
    this.querySelector(".outage").hidden = outage === null;
    const words = this.querySelector("strong");
    // Repeating the same words would make a screen reader repeat them at every attempt.
    if (words.textContent !== (outage?.sentence ?? "")) words.textContent = outage?.sentence ?? "";
    if (!outage) return;
    const tell = () => {
      const left_s = Math.ceil((outage.retryAtMs - performance.now()) / 1000);
      this.querySelector(".next").textContent =
        left_s > 0 ? `Trying again in ${left_s} s.` : "Trying again…";
    };
    tell();
    this.#counting = setInterval(tell, 250);
  }
}

customElements.define("kvm-outage", KvmOutage);
