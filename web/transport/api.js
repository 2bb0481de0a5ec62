/**
 * What the page asks of the server by plain requests. Each method either returns the answer or
 * throws a Problem; nothing else comes out.
 */
import { Problem } from "../lib/problem.js";
import { httpAddress } from "./addresses.js";

const answer_limit_ms = 30_000; // inserting can re-enumerate USB and wait for the target

export class Api {
  #fetch;
  #base;

  constructor({ fetch = (...request) => globalThis.fetch(...request), base } = {}) {
    this.#fetch = fetch;
    this.#base = base;
  }

  /** Is this browser signed in? Throws `login_required` when it is not. */
  session() {
    return this.#ask("GET", "api/session");
  }

  login(password) {
    return this.#ask("POST", "api/login", { password });
  }

  logout() {
    return this.#ask("POST", "api/logout");
  }

  images() {
    return this.#ask("GET", "api/images");
  }

  insert(image, mode) {
    return this.#ask("PUT", "api/drive", { image, mode });
  }

  eject({ force = false } = {}) {
    return this.#ask("DELETE", force ? "api/drive?force=true" : "api/drive");
  }

  resetTarget() {
    return this.#ask("POST", "api/target/reset");
  }

  /** Pull our USB device out of the target and put it in again. */
  replug() {
    return this.#ask("POST", "api/cable/replug");
  }

  wakeTarget() {
    return this.#ask("POST", "api/target/wake");
  }

  shortcuts() {
    return this.#ask("GET", "api/shortcuts");
  }

  keepShortcuts(shortcuts) {
    return this.#ask("PUT", "api/shortcuts", { shortcuts });
  }

  layouts() {
    return this.#ask("GET", "api/layouts");
  }

  /** What each key writes with a layout. */
  layoutKeys({ layout, variant }) {
    const query = new URLSearchParams({ variant: variant ?? "" });
    return this.#ask("GET", `api/layouts/${encodeURIComponent(layout)}/keys?${query}`);
  }

  /** What of a text cannot be typed. Types nothing. */
  checkTyping(wish) {
    return this.#ask("POST", "api/typing/check", wish);
  }

  type(order) {
    return this.#ask("POST", "api/typing", order);
  }

  pauseTyping(id) {
    return this.#ask("POST", `api/typing/${id}/pause`);
  }

  /** @param {number} [at] the character to continue before; without it, where it stopped */
  resumeTyping(id, at) {
    return this.#ask("POST", `api/typing/${id}/resume`, at === undefined ? undefined : { at });
  }

  cancelTyping(id) {
    return this.#ask("DELETE", `api/typing/${id}`);
  }

  async #ask(method, path, body) {
    const request = {
      method,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(answer_limit_ms),
    };
    if (body !== undefined) {
      request.headers = { "Content-Type": "application/json" };
      request.body = JSON.stringify(body);
    }
    const response = await this.#fetch(httpAddress(path, this.#base), request).catch(() => {
      throw Problem.unreachable();
    });
    if (!response.ok) throw await Problem.fromResponse(response);
    if (response.status === 204) return null;
    return response.json().catch(() => {
      throw Problem.unreadable();
    });
  }
}
