/** The line below the picture: where the keyboard goes, how to get it back, how the picture does. */
import { LEAVE_WORDS } from "./leave-chord.js";

/**
 * @param {{isOnline: boolean, isCaptured: boolean, isTouch: boolean}} situation
 * @returns {string}
 */
export function keyboardWords({ isOnline, isCaptured, isTouch }) {
  if (!isOnline) return "Not connected: keys do not reach the target.";
  if (isCaptured) {
    return `Keyboard goes to the target. To leave: click outside or ${LEAVE_WORDS}.`;
  }
  if (isTouch) return "Tap the keys below. With a hardware keyboard, tap the picture to type.";
  return "Click the picture to type on the target.";
}

/** For those who do not see the frame around the picture. */
export function stageLabel(isCaptured) {
  return isCaptured
    ? `Screen of the target. It has the keyboard; ${LEAVE_WORDS} takes it back.`
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
