/**
 * Brings the status document, whole, each time something in it changed. A browser cannot ask a
 * silent socket whether it lives; the key socket's heartbeat answers for all of the page's sockets.
 *
 * Events, beside those of LastingSocket: "status" with the document.
 */
import { LastingSocket } from "./lasting-socket.js";
import { News } from "./news.js";

export class StatusSocket extends LastingSocket {
  received(data) {
    this.dispatchEvent(new News("status", JSON.parse(data)));
  }
}
