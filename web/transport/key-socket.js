/**
 * Carries what is done to the target's keyboard and mice. One socket is one seat: when it closes, for
 * whatever reason, the server releases what this page held and nothing else.
 *
 * Keys, buttons and pings carry the time by the page's own clock, so that the server can tell what was
 * pressed just now from what a stalled network kept for seconds.
 *
 * Events, beside those of LastingSocket: "seat" {seat}, which seat this connection is; "delivery"
 * {delivery, code or mouse and button, down, sentence}; "complaint" {code, sentence, remedy};
 * "round-trip" {ms}; "silent" when the connection was found dead.
 */
import { Heartbeat, interval_ms } from "../lib/heartbeat.js";
import { LastingSocket } from "./lasting-socket.js";
import { News } from "./news.js";

export class KeySocket extends LastingSocket {
  #timers;
  #now;
  #heartbeat = null;
  #beating = null;

  constructor(address, { timers = globalThis, now = () => performance.now(), ...edges } = {}) {
    super(address, { timers, ...edges });
    this.#timers = timers;
    this.#now = now;
  }

  /** @returns {boolean} whether it went out */
  key({ code, down }) {
    return this.send({ code, down, at: this.#at() });
  }

  /** @param {object} message for one of the mice: a place or a way, a button, notches of the wheel */
  mouse(message) {
    return this.send({ ...message, at: this.#at() });
  }

  /** What the others see this seat called. */
  rename(name) {
    return this.send({ name });
  }

  /** Take the keyboard from whoever has it. */
  take() {
    return this.send({ take: true });
  }

  /** Let everything go that this page holds. */
  release() {
    return this.send({ release: true });
  }

  opened() {
    this.#heartbeat = new Heartbeat();
    this.#beating = this.#timers.setInterval(() => this.#beat(), interval_ms);
    this.#beat();
  }

  ended() {
    this.#timers.clearInterval(this.#beating);
    this.#heartbeat = null;
  }

  received(data) {
    const message = JSON.parse(data);
    if ("seat" in message) {
      this.dispatchEvent(new News("seat", { seat: message.seat }));
    } else if ("pong" in message) {
      const ms = this.#heartbeat?.heard(message.pong, this.#now()) ?? null;
      if (ms !== null) this.dispatchEvent(new News("round-trip", { ms }));
    } else if ("error" in message) {
      this.dispatchEvent(new News("complaint", message.error));
    } else if ("delivery" in message) {
      this.dispatchEvent(new News("delivery", message));
    }
  }

  #beat() {
    const ping = this.#heartbeat.beat(this.#now());
    if (ping === null) {
      this.dispatchEvent(new News("silent"));
      this.restart();
      return;
    }
    this.send({ ping, at: this.#at() });
  }

  #at() {
    return Math.round(this.#now());
  }
}
