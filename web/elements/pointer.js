/**
 * <kvm-pointer>: lies under the picture, and makes of mouse, pen and fingers what the target's mouse
 * does. It is active while the target has been given keyboard and mouse, and only then.
 *
 * An absolute mouse points at the place under the pointer. A relative one needs the pointer locked,
 * which the browser allows after a click only; Escape ends it. Fingers always point.
 *
 * Says `kvm-mouse` with a message for the target's mouse, and `kvm-lock` {isLocked, sentence}.
 * Hook: `data-mouse` is absolute or relative while active.
 */
import { MouseButtons } from "../lib/mouse-buttons.js";
import { MouseOutbox } from "../lib/mouse-outbox.js";
import { placeOn } from "../lib/mouse-place.js";
import { TouchGestures } from "../lib/touch-gestures.js";
import { WheelNotches } from "../lib/wheel.js";

const REFUSED = "The browser did not give the pointer away. Click the picture once more.";
const SWALLOWED = ["mousedown", "mouseup", "auxclick", "dragstart", "contextmenu"];

class KvmPointer extends HTMLElement {
  #leaving = null;
  #mode = "absolute";
  #hasAbsolute = true;
  #isActive = false;
  #buttons = new MouseButtons();
  #outboxes = { absolute: new MouseOutbox("absolute"), relative: new MouseOutbox("relative") };
  #wheel = new WheelNotches();
  #gestures = new TouchGestures();
  #fingers = new WheelNotches({ pixelsPerNotch: 30 }); // a swipe over a small picture goes far
  #at = null; // where the pointer was last, to a part of a pixel
  #drawing = null; // the next frame's request
  #pressing = null; // the timer of a long press

  connectedCallback() {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const hear = (event) => this.#hear(event);
    for (const type of ["pointerdown", "pointermove", "pointerup"]) {
      this.addEventListener(type, hear, { signal });
    }
    this.addEventListener("pointerenter", (event) => this.#enter(event), { signal });
    for (const type of ["pointercancel", "lostpointercapture"]) {
      this.addEventListener(type, (event) => this.#lost(event), { signal });
    }
    this.addEventListener("wheel", (event) => this.#turn(event), { signal, passive: false });
    this.addEventListener("click", (event) => this.#click(event), { signal });
    // Else "back" leaves the page, a middle click scrolls it, and a drag takes the picture along.
    for (const type of SWALLOWED) {
      this.addEventListener(type, (event) => this.#isActive && event.preventDefault(), { signal });
    }
    document.addEventListener("pointerlockchange", () => this.#lockChanged(), { signal });
  }

  disconnectedCallback() {
    this.deactivate();
    this.#leaving.abort();
  }

  /** @param {import("../lib/mouse-choice.js").MouseChoice} choice */
  set choice({ mode, hasAbsolute }) {
    if (mode === this.#mode && hasAbsolute === this.#hasAbsolute) return;
    this.#letGo();
    this.#mode = mode;
    this.#hasAbsolute = hasAbsolute;
    if (mode !== "relative") this.#unlock();
    this.#tellMode();
  }

  get isLocked() {
    return document.pointerLockElement === this;
  }

  /** @param {{hasClicked: boolean}} how without a click, a button may be down just now: not for us */
  activate({ hasClicked }) {
    this.#isActive = true;
    if (!hasClicked) this.#buttons.ignore();
    this.#tellMode();
  }

  /** Take the mouse back: what is pressed on the target comes up. */
  deactivate() {
    this.#letGo();
    this.#isActive = false;
    this.#unlock();
    this.#tellMode();
  }

  /** The other end has let go of every button by itself. */
  forget() {
    this.#buttons.releaseAll();
    this.#gestures.cancel();
    for (const outbox of Object.values(this.#outboxes)) outbox.forget();
  }

  #tellMode() {
    if (this.#isActive && this.#mode !== "off") this.dataset.mouse = this.#mode;
    else delete this.dataset.mouse;
    this.toggleAttribute("data-touch", this.#isActive && this.#mode !== "off" && this.#hasAbsolute);
  }

  // Mouse and pen

  #hear(event) {
    if (event.pointerType === "touch") return this.#touch(event);
    if (!this.#isActive || this.#mode === "off") return;
    const isHere = this.#mode === "relative" ? this.#moveBy(event) : this.#moveTo(event);
    // A press that began beside the picture, or before the lock, is not for the target at all.
    if (!isHere) return this.#buttons.ignore(event.buttons);
    const outbox = this.#outboxes[this.#mode];
    for (const { button, down } of this.#buttons.changes(event.buttons)) {
      this.#say(outbox.button(button, down));
    }
    if (event.type === "pointerdown" && !this.isLocked) this.#follow(event.pointerId);
    this.#sayWithNextFrame();
  }

  /** What was pressed elsewhere on the page, and dragged here, is not for the target. */
  #enter({ pointerType, buttons }) {
    if (pointerType !== "touch" && !this.#buttons.isHeld) this.#buttons.ignore(buttons);
  }

  #moveBy({ movementX, movementY }) {
    if (!this.isLocked) return false;
    this.#outboxes.relative.moveBy(movementX, movementY);
    return true;
  }

  #moveTo({ clientX, clientY }) {
    this.#at = { clientX, clientY };
    const place = this.#place(clientX, clientY, this.#buttons.isHeld);
    if (place) this.#outboxes.absolute.moveTo(place);
    return place !== null;
  }

  /** A wheel tells whole pixels only, and must not move the pointer by the rest. */
  #exactly({ clientX, clientY }) {
    const at = this.#at;
    const isThere = at && isSamePixel(at.clientX, clientX) && isSamePixel(at.clientY, clientY);
    return isThere ? at : { clientX, clientY };
  }

  #place(clientX, clientY, isClamped) {
    const picture = this.querySelector("canvas").getBoundingClientRect();
    return placeOn(picture, { x: clientX, y: clientY }, { isClamped });
  }

  /** Else nobody tells us of a button that is let go beside the page. */
  #follow(pointerId) {
    try {
      this.setPointerCapture(pointerId);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // that pointer has gone already
    }
  }

  #lost({ pointerType }) {
    if (pointerType === "touch") this.#do(this.#gestures.cancel());
    else if (this.#buttons.isHeld) this.#letGo();
  }

  #turn(event) {
    if (!this.#isActive || this.#mode === "off") return;
    event.preventDefault(); // also Ctrl+wheel, which would zoom the page
    const isHere = this.#mode === "relative" ? this.isLocked : this.#moveTo(this.#exactly(event));
    if (!isHere) return;
    this.#outboxes[this.#mode].turn(this.#wheel.add(event));
    this.#sayWithNextFrame();
  }

  /** The click that captures is the one that locks. */
  #click({ pointerType }) {
    if (this.#mode === "relative" && pointerType !== "touch" && !this.isLocked) this.#lock();
  }

  // Fingers

  #touch({ type, pointerId: id, clientX: x, clientY: y, timeStamp: atMs }) {
    const isTaken = this.#isActive && this.#mode !== "off" && this.#hasAbsolute;
    if (type === "pointerdown") {
      if (isTaken && this.#place(x, y, false)) this.#do(this.#gestures.down({ id, x, y, atMs }));
    } else if (type === "pointermove") {
      this.#do(this.#gestures.move({ id, x, y }));
    } else {
      this.#do(this.#gestures.up({ id, atMs }));
    }
    clearTimeout(this.#pressing);
    const { dueAtMs } = this.#gestures;
    if (dueAtMs === null) return;
    const tick = () => this.#do(this.#gestures.tick(dueAtMs));
    this.#pressing = setTimeout(tick, dueAtMs - performance.now());
  }

  #do(acts) {
    const outbox = this.#outboxes.absolute;
    for (const { place, button, down, scroll } of acts) {
      if (place) {
        outbox.moveTo(this.#place(place.x, place.y, true));
      } else if (scroll) {
        // Fingers push the paper, a wheel pulls it.
        outbox.turn(this.#fingers.add({ deltaX: -scroll.x, deltaY: -scroll.y }));
      } else {
        this.#say(outbox.button(button, down));
      }
    }
    if (acts.length > 0) this.#sayWithNextFrame();
  }

  // Lock

  async #lock() {
    // What the hand did, not what this computer's pointer acceleration made of it: the target has
    // its own. Where a browser cannot tell (it says so), the accelerated way is better than none.
    for (const how of [{ unadjustedMovement: true }, {}]) {
      try {
        await this.#askForLock(how);
        return;
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        if (error.name !== "NotSupportedError") break;
      }
    }
    this.#tell("kvm-lock", { isLocked: this.isLocked, sentence: REFUSED });
  }

  /** Older browsers promise nothing, and say by an event alone what became of it. */
  #askForLock(how) {
    const promise = this.requestPointerLock(how);
    if (promise) return promise;
    const { signal } = this.#leaving;
    return new Promise((resolve, reject) => {
      const refuse = () => reject(new DOMException("refused"));
      document.addEventListener("pointerlockchange", resolve, { once: true, signal });
      document.addEventListener("pointerlockerror", refuse, { once: true, signal });
    });
  }

  #unlock() {
    if (this.isLocked) document.exitPointerLock();
  }

  #lockChanged() {
    if (this.isLocked && !this.#isActive) return this.#unlock(); // left while it was being given
    if (!this.isLocked) this.#letGo();
    this.#tell("kvm-lock", { isLocked: this.isLocked, sentence: "" });
  }

  // To the target

  #letGo() {
    clearTimeout(this.#pressing);
    this.#do(this.#gestures.cancel());
    for (const { button } of this.#buttons.releaseAll()) {
      this.#say(this.#outboxes[this.#mode].button(button, false));
    }
    for (const outbox of Object.values(this.#outboxes)) outbox.forget();
    this.#wheel.forget();
    this.#fingers.forget();
  }

  #sayWithNextFrame() {
    if (this.#drawing !== null) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = null;
      for (const outbox of Object.values(this.#outboxes)) {
        const message = outbox.next();
        if (message) this.#say([message]);
        if (outbox.isWaiting) this.#sayWithNextFrame();
      }
    });
  }

  #say(messages) {
    for (const message of messages) this.#tell("kvm-mouse", message);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

const isSamePixel = (one, other) => Math.floor(one) === Math.floor(other);

customElements.define("kvm-pointer", KvmPointer);
