/**
 * Brings the target's picture. The server keeps at most two unacknowledged frames in flight, so a
 * slow link sees fewer frames and never old ones; whoever shows the frames must acknowledge each.
 *
 * Events, beside those of LastingSocket: "frame" (see lib/video-frame.js); "card"
 * {state, sentence, remedy} when there is no picture.
 */
import { parseFrame } from "../lib/video-frame.js";
import { LastingSocket } from "./lasting-socket.js";
import { News } from "./news.js";

export class VideoSocket extends LastingSocket {
  #owed = new Set(); // sequences that came over this connection and were not acknowledged yet

  received(data) {
    if (typeof data !== "string") {
      const frame = parseFrame(data);
      this.#owed.add(frame.sequence);
      this.dispatchEvent(new News("frame", frame));
      return;
    }
    const { card } = JSON.parse(data);
    if (card) this.dispatchEvent(new News("card", card));
  }

  /** Once for each frame; what came over an earlier connection is nothing to this one. */
  acknowledge(sequence) {
    if (this.#owed.delete(sequence)) this.send({ ack: sequence });
  }

  ended() {
    this.#owed.clear();
  }
}
