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
