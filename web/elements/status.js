/** <kvm-status>: cable, keyboard, mouse and picture in words, and the lights of the target's keyboard. */
import {
  LIGHTS, cableHeadline, hostDetail, hostHeadline, mouseHeadline, pictureHeadline,
} from "../lib/words.js";

const MARKUP = `
  <h2>State</h2>
  <dl>
    <div data-part="cable"><dt>Cable</dt><dd aria-live="polite"></dd></div>
    <div data-part="host"><dt>Keyboard</dt><dd aria-live="polite"></dd></div>
    <div data-part="mouse"><dt>Mouse</dt><dd aria-live="polite"></dd></div>
    <div data-part="picture"><dt>Picture</dt><dd aria-live="polite"></dd></div>
  </dl>
  <ul class="lights" aria-label="Lights of the target’s keyboard"></ul>`;

class KvmStatus extends HTMLElement {
  connectedCallback() {
    this.innerHTML = MARKUP;
    this.querySelector(".lights").replaceChildren(...LIGHTS.map(light));
    this.status = {};
  }

  /** @param {object} status the status document, or as much of it as there is */
  set status({ cable, keyboard, mouse, picture }) {
    this.#tell("cable", cableHeadline(cable), cable?.sentence);
    this.#tell("host", hostHeadline(keyboard), hostDetail(keyboard));
    this.#tell("mouse", mouseHeadline(mouse), mouse?.sentence);
    this.#tell("picture", pictureHeadline(picture), picture?.sentence);
    for (const { led } of LIGHTS) this.#light(led, keyboard?.leds?.includes(led) ?? false);
  }

  #tell(part, { tone, words }, sentence = "") {
    const row = this.querySelector(`[data-part="${part}"]`);
    row.dataset.tone = tone;
    const headline = document.createElement("strong");
    headline.textContent = words;
    const detail = document.createElement("span");
    detail.textContent = sentence ?? "";
    const place = row.querySelector("dd");
    if (place.textContent !== words + detail.textContent) place.replaceChildren(headline, detail);
  }

  #light(led, isLit) {
    const item = this.querySelector(`[data-led="${led}"]`);
    item.dataset.lit = String(isLit);
    item.querySelector(".for-readers").textContent = isLit ? " on" : " off";
  }
}

function light({ led, words }) {
  const item = document.createElement("li");
  item.dataset.led = led;
  const state = document.createElement("span");
  state.className = "for-readers";
  item.append(words, state);
  return item;
}

customElements.define("kvm-status", KvmStatus);
