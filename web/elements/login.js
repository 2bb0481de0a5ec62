/** <kvm-login>: the password field before everything else, and why it did not open. */
const MARKUP = `
  <form>
    <h1>Kaputt<span>KVM</span></h1>
    <p class="reason" role="status"></p>
    <!-- Password managers want a name to file the password under. -->
    <input type="text" name="username" value="kvm" autocomplete="username" readonly hidden>
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required
           aria-describedby="login-problem">
    <p id="login-problem" class="problem" role="alert" hidden></p>
    <button type="submit" class="primary">Log in</button>
    <p class="hint">The first password was printed on the terminal when KaputtKVM started for the
    first time.</p>
  </form>`;

class KvmLogin extends HTMLElement {
  #leaving = null;
  #waiting = null;

  connectedCallback() {
    this.innerHTML = MARKUP;
    this.#leaving = new AbortController();
    this.querySelector("form").addEventListener("submit", (event) => this.#submit(event), {
      signal: this.#leaving.signal,
    });
  }

  disconnectedCallback() {
    this.#leaving.abort();
    clearInterval(this.#waiting);
  }

  /** Why one has to log in again. @param {string} sentence */
  set reason(sentence) {
    this.querySelector(".reason").textContent = sentence;
  }

  set busy(isBusy) {
    this.#button.disabled = isBusy;
    this.#button.textContent = isBusy ? "Logging in…" : "Log in";
  }

  /** @param {import("../lib/problem.js").Problem | null} problem */
  set problem(problem) {
    clearInterval(this.#waiting);
    const words = this.querySelector(".problem");
    words.hidden = problem === null;
    words.textContent = problem ? `${problem.sentence} ${problem.remedy}`.trim() : "";
    this.#field.setAttribute("aria-invalid", String(problem !== null));
    if (problem?.retryAfterS > 0) this.#waitFor(problem.retryAfterS);
    else if (problem) this.#field.select();
  }

  clear() {
    this.#field.value = "";
    this.problem = null;
    this.busy = false;
  }

  focus() {
    this.#field.focus();
  }

  get #field() {
    return this.querySelector("input[name=password]");
  }

  get #button() {
    return this.querySelector("button");
  }

  #submit(event) {
    event.preventDefault();
    if (this.#button.disabled) return;
    this.problem = null;
    const detail = { password: this.#field.value };
    this.dispatchEvent(new CustomEvent("kvm-login", { bubbles: true, detail }));
  }

  #waitFor(seconds) {
    const endsAt = performance.now() + seconds * 1000;
    const tell = () => {
      const left_s = Math.ceil((endsAt - performance.now()) / 1000);
      this.#button.disabled = left_s > 0;
      this.#button.textContent = left_s > 0 ? `Wait ${left_s} s` : "Log in";
      if (left_s <= 0) clearInterval(this.#waiting);
    };
    tell();
    this.#waiting = setInterval(tell, 1000);
  }
}

customElements.define("kvm-login", KvmLogin);
