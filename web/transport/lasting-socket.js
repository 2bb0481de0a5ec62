/**
 * A WebSocket that comes back. It retries with a growing pause until it is closed on purpose, or
 * until the server says that nobody is signed in.
 *
 * Events: "open"; "answered" with the first word of each connection; "lost" {retryInMs, wasOpen};
 * "refused" when the session is over (close code 4401).
 * A subclass overrides `received` and, where it has something to start or stop, `opened` and `ended`.
 */
import { BackOff } from "../lib/back-off.js";
import { News } from "./news.js";

const SESSION_OVER = 4401;
const opening_limit_ms = 10_000; // a connection into the void is given up by TCP after minutes only

export class LastingSocket extends EventTarget {
  #address;
  #connect;
  #backOff;
  #timers;
  #socket = null;
  #listening = null; // aborts the listeners of the present attempt
  #timer = null; // either the limit for opening, or the pause before the next attempt
  #isWanted = false;
  #hasOpened = false;
  #hasAnswered = false;

  /**
   * @param {string} address
   * @param {object} edges what a test replaces
   */
  constructor(address, { connect, backOff = new BackOff(), timers = globalThis } = {}) {
    super();
    this.#address = address;
    this.#connect = connect ?? ((url) => new WebSocket(url));
    this.#backOff = backOff;
    this.#timers = timers;
  }

  get isOpen() {
    return this.#socket?.readyState === 1;
  }

  open() {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#attempt();
  }

  /** For good: no retry. */
  close() {
    this.#isWanted = false;
    this.#drop();
  }

  /** Do not wait for the pause to end. Does nothing while a connection stands or is being made. */
  retryNow() {
    if (this.#isWanted && this.#socket === null) this.#attempt();
  }

  /** Give the present connection up: it may be dead without knowing. */
  restart() {
    if (this.#isWanted && this.#socket !== null) this.#lose();
  }

  /** @returns {boolean} whether it went out; what is not open takes nothing and keeps nothing */
  send(message) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  opened() {}

  ended() {}

  /** @param {string | ArrayBuffer} _data */
  received(_data) {}

  #attempt() {
    this.#timers.clearTimeout(this.#timer);
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const socket = this.#connect(this.#address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#timer = this.#timers.setTimeout(() => this.#lose(), opening_limit_ms);
    socket.addEventListener("open", () => this.#begin(), { signal });
    socket.addEventListener("message", ({ data }) => this.#hear(data), { signal });
    socket.addEventListener("close", ({ code }) => this.#lose(code), { signal });
  }

  #begin() {
    this.#timers.clearTimeout(this.#timer);
    this.#hasOpened = true;
    this.opened();
    this.dispatchEvent(new News("open"));
  }

  #hear(data) {
    // Only a word from the server counts as success: some proxies accept first and fail afterwards.
    this.#backOff.succeeded();
    if (!this.#hasAnswered) {
      this.#hasAnswered = true;
      this.dispatchEvent(new News("answered"));
    }
    this.received(data);
  }

  #lose(code) {
    const wasOpen = this.#drop();
    if (code === SESSION_OVER) {
      this.#isWanted = false;
      this.dispatchEvent(new News("refused"));
      return;
    }
    const retryInMs = this.#backOff.next();
    this.#timer = this.#timers.setTimeout(() => this.#attempt(), retryInMs);
    this.dispatchEvent(new News("lost", { retryInMs, wasOpen }));
  }

  /** @returns {boolean} whether the connection had been open */
  #drop() {
    const wasOpen = this.#hasOpened;
    this.#hasOpened = false;
    this.#hasAnswered = false;
    this.#timers.clearTimeout(this.#timer);
    this.#listening?.abort(); // a dead connection may take minutes to report its close; do not listen
    this.#socket?.close();
    this.#socket = null;
    if (wasOpen) this.ended();
    return wasOpen;
  }
}
