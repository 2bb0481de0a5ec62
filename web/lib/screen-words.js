/** The line below the picture: where keyboard and mouse go, how to get them back, how the picture does. */
import { LEAVE_WORDS } from "./leave-chord.js";

/**
 * @typedef {object} Situation
 * @property {boolean} isOnline
 * @property {boolean} isCaptured whether the target has been given keyboard and mouse
 * @property {boolean} isTouch whether this device is worked with fingers
 * @property {"absolute" | "relative" | "off"} mouse which mouse the page plays
 * @property {boolean} isLocked whether the pointer is locked, as the relative mouse needs
 * @property {boolean} holdsEscape whether a short Escape goes to the target (keyboard lock)
 */

/**
 * @param {Situation} situation
 * @returns {string}
 */
export function keyboardWords({ isOnline, isCaptured, ...situation }) {
  if (!isOnline) return "Not connected: nothing you press reaches the target.";
  return isCaptured ? leaveWords(situation) : enterWords(situation);
}

function enterWords({ isTouch, mouse }) {
  if (isTouch && mouse !== "off") {
    return "Tap the picture to point on the target. That first tap is not sent.";
  }
  if (mouse === "off") return `${isTouch ? "Tap" : "Click"} the picture to type on the target.`;
  if (mouse === "relative") return "Click the picture to give keyboard and mouse to the target.";
  return "Click the picture to type and point on the target. That first click is not sent.";
}

function leaveWords({ isTouch, mouse, isLocked, holdsEscape }) {
  if (isTouch && mouse !== "off") {
    return "On the target: a tap clicks, a long press clicks right, two fingers scroll.";
  }
  if (mouse === "relative") {
    if (!isLocked) return "Keyboard goes to the target. Click the picture to give it the mouse too.";
    const escape = holdsEscape ? "hold Esc" : "Esc";
    return `Keyboard and mouse go to the target. To leave: ${escape} or ${LEAVE_WORDS}.`;
  }
  const what = mouse === "off" ? "Keyboard goes" : "Keyboard and mouse go";
  return `${what} to the target. To leave: click outside or ${LEAVE_WORDS}.`;
}

/** For those who do not see the frame around the picture. */
export function stageLabel(isCaptured) {
  return isCaptured
    ? `Screen of the target. It has keyboard and mouse; ${LEAVE_WORDS} takes them back.`
    : "Screen of the target. Press Enter to give it the keyboard.";
}

/**
 * @param {{width: number, height: number} | null} frame what is shown live; null for nothing
 * @param {number} framesPerSecond drawn here; the server sends no frame while nothing changes
 * @param {number | null} roundTripMs from a key to the server and back
 */
export function figures(frame, framesPerSecond, roundTripMs) {
  const parts = [];
  if (frame) {
    parts.push(`${frame.width} × ${frame.height}`);
    const unit = framesPerSecond === 1 ? "frame/s" : "frames/s";
    parts.push(framesPerSecond > 0 ? `${framesPerSecond} ${unit}` : "still picture");
  }
  if (roundTripMs !== null) {
    parts.push(`round trip ${Math.max(1, Math.round(roundTripMs))} ms`);
  }
  return parts.join(" · ");
}
