/** <kvm-problems>: what is wrong on the board right now, each with what to do about it. */
class KvmProblems extends HTMLElement {
  #shown = "";

  connectedCallback() {
    this.setAttribute("role", "status");
  }

  /** @param {{code: string, sentence: string, remedy: string}[]} problems */
  set problems(problems) {
    const fresh = JSON.stringify(problems);
    if (fresh === this.#shown) return; // drawing it again would make a screen reader read it again
    this.#shown = fresh;
    this.replaceChildren(...problems.map(notice));
  }
}

function notice({ code, sentence, remedy }) {
  const box = document.createElement("div");
  box.className = "problem";
  box.dataset.code = code;
  const what = document.createElement("p");
  what.textContent = sentence;
  box.append(what);
  if (remedy) {
    const now = document.createElement("p");
    now.className = "remedy";
    now.textContent = remedy;
    box.append(now);
  }
  return box;
}

customElements.define("kvm-problems", KvmProblems);
