/** What the transports touch, played by the test: a WebSocket, and time that moves when told to. */
export class FakeSocket extends EventTarget {
  readyState = 0;
  sent = [];
  isClosedByUs = false;

  constructor(address) {
    super();
    this.address = address;
  }

  send(text) {
    if (this.readyState !== 1) throw new Error("InvalidStateError: the socket is not open");
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosedByUs = true;
    this.readyState = 2; // a dead network reports the close much later, or never
  }

  // The server's side

  accept() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  say(data) {
    const message = new Event("message");
    message.data = data instanceof ArrayBuffer ? data : JSON.stringify(data);
    this.dispatchEvent(message);
  }

  hangUp(code = 1006) {
    this.readyState = 3;
    const close = new Event("close");
    close.code = code;
    this.dispatchEvent(close);
  }
}

/** Remembers every socket that was opened; the last one is the present one. */
export function switchboard() {
  const sockets = [];
  const connect = (address) => {
    sockets.push(new FakeSocket(address));
    return sockets.at(-1);
  };
  return { sockets, connect, present: () => sockets.at(-1) };
}

export class FakeTime {
  nowMs = 0;
  #jobs = new Map();
  #count = 0;

  now = () => this.nowMs;
  setTimeout = (act, delay_ms) => this.#plan({ act, atMs: this.nowMs + delay_ms });
  setInterval = (act, every_ms) => this.#plan({ act, atMs: this.nowMs + every_ms, every_ms });
  clearTimeout = (id) => this.#jobs.delete(id);
  clearInterval = (id) => this.#jobs.delete(id);

  pass(duration_ms) {
    const endMs = this.nowMs + duration_ms;
    for (let next = this.#due(endMs); next; next = this.#due(endMs)) {
      const [id, job] = next;
      this.nowMs = job.atMs;
      if (job.every_ms) job.atMs += job.every_ms;
      else this.#jobs.delete(id);
      job.act();
    }
    this.nowMs = endMs;
  }

  #plan(job) {
    this.#count += 1;
    this.#jobs.set(this.#count, job);
    return this.#count;
  }

  #due(endMs) {
    return [...this.#jobs]
      .filter(([, { atMs }]) => atMs <= endMs)
      .sort(([, one], [, other]) => one.atMs - other.atMs)[0];
  }
}

/** Every event of these kinds, as [type, detail]. */
export function heard(target, ...types) {
  const news = [];
  for (const type of types) target.addEventListener(type, ({ detail }) => news.push([type, detail]));
  return news;
}
