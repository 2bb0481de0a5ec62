/**
 * Carries key events to the target's keyboard. One socket is one seat: when it closes, for whatever
 * reason, the server releases what this page held and nothing else.
 *
 * Events, beside those of LastingSocket: "delivery" {delivery, code, sentence}; "complaint"
 * {code, sentence, remedy}; "round-trip" {ms}; "silent" when the connection was found dead.
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
    return this.send({ code, down });
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
    if ("pong" in message) {
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
    this.send({ ping });
  }
}
