/**
 * <kvm-layout label="…">: a field that finds one of many keyboard layouts by a few letters.
 *
 * Source for roles and keys: WAI-ARIA Authoring Practices, "Combobox with list autocomplete".
 */
import { isSameLayout, layoutTitle, matchingLayouts } from "../lib/layouts.js";

let count = 0; // of fields, so that their ids differ

class KvmLayout extends HTMLElement {
  #leaving = null;
  #layouts = [];
  #choice = null;
  #found = [];
  #search = null; // what the open list was asked for; null while it is closed
  #active = -1;
  #input = null;
  #list = null;

  connectedCallback() {
    count += 1;
    const [inputId, listId] = [`layout-${count}`, `layout-${count}-list`];
    this.innerHTML = `
      <label for="${inputId}"></label>
      <div class="combo">
        <input id="${inputId}" type="text" role="combobox" aria-autocomplete="list"
               aria-expanded="false" aria-controls="${listId}" autocomplete="off" spellcheck="false"
               autocapitalize="off">
        <ul id="${listId}" role="listbox" hidden></ul>
      </div>`;
    this.#input = this.querySelector("input");
    this.#list = this.querySelector("ul");
    const label = this.querySelector("label");
    label.textContent = this.getAttribute("label");
    this.#list.setAttribute("aria-label", label.textContent);
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.#input.addEventListener("click", () => this.#open(""), { signal });
    this.#input.addEventListener("focus", () => this.#input.select(), { signal });
    this.#input.addEventListener("input", () => this.#open(this.#input.value), { signal });
    this.#input.addEventListener("keydown", (event) => this.#keydown(event), { signal });
    this.#input.addEventListener("blur", () => this.#close(), { signal });
    // The field keeps the focus, or the list would close before the click.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    this.#list.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.#close();
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  /** @param {import("../lib/layouts.js").Layout[]} layouts */
  set layouts(layouts) {
    this.#layouts = layouts;
    this.#redraw();
  }

  /** @param {import("../lib/layouts.js").Layout | null} choice */
  set choice(choice) {
    this.#choice = choice;
    this.#redraw();
  }

  get #isOpen() {
    return !this.#list.hidden;
  }

  /** On a slow board somebody has begun to search before the layouts are there. */
  #redraw() {
    if (this.#search === null) this.#close();
    else this.#open(this.#search);
  }

  #open(search) {
    this.#search = search;
    this.#found = matchingLayouts(this.#layouts, search);
    this.#list.replaceChildren(...this.#found.map((each, index) => this.#option(each, index)));
    if (this.#layouts.length === 0) this.#list.append(remark("The layouts are not there yet."));
    else if (this.#found.length === 0) this.#list.append(remark("No layout has a name like this."));
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    const chosen = this.#found.findIndex((each) => isSameLayout(each, this.#choice));
    this.#activate(search === "" ? chosen : Math.min(0, this.#found.length - 1));
  }

  #close() {
    this.#search = null;
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#active = -1;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.#input.value = this.#choice?.name ?? "";
  }

  #option(layout, index) {
    const item = document.createElement("li");
    item.id = `${this.#list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(isSameLayout(layout, this.#choice)));
    item.dataset.index = index;
    const title = document.createElement("span");
    title.textContent = layoutTitle(layout);
    item.append(layout.name, " ", title);
    return item;
  }

  #activate(index) {
    this.#list.querySelector("[data-active]")?.removeAttribute("data-active");
    this.#active = index;
    const item = this.#list.children[index];
    if (index < 0 || !item) {
      this.#input.removeAttribute("aria-activedescendant");
      return;
    }
    item.dataset.active = "true";
    this.#input.setAttribute("aria-activedescendant", item.id);
    // Not scrollIntoView, which would scroll the page as well.
    const { offsetTop, offsetHeight } = item;
    const { scrollTop, clientHeight } = this.#list;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight) {
      this.#list.scrollTop = offsetTop - (clientHeight - offsetHeight) / 2;
    }
  }

  #keydown(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      if (!this.#isOpen) this.#open("");
      else this.#activate(Math.max(0, Math.min(this.#found.length - 1, this.#active + step)));
    } else if (event.key === "Enter" && this.#isOpen) {
      event.preventDefault(); // it chooses; it does not send the form
      this.#choose(this.#active);
    } else if (event.key === "Escape" && this.#isOpen) {
      event.preventDefault(); // it closes the list, not the dialog around it
      event.stopPropagation();
      this.#close();
    }
  }

  #clicked(event) {
    const item = event.target.closest("[data-index]");
    if (item) this.#choose(Number(item.dataset.index));
  }

  #choose(index) {
    const chosen = this.#found[index];
    if (!chosen) return;
    this.#close();
    this.choice = chosen;
    this.#input.select();
    this.dispatchEvent(new CustomEvent("kvm-layout", { bubbles: true, detail: chosen }));
  }
}

function remark(words) {
  const item = document.createElement("li");
  item.className = "empty";
  item.textContent = words;
  return item;
}

customElements.define("kvm-layout", KvmLayout);
