/** An event with something to say. `CustomEvent` would do, but Node 18 has none for the tests. */
export class News extends Event {
  constructor(type, detail = null) {
    super(type);
    this.detail = detail;
  }
}
