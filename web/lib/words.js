/**
 * States of the board in words short enough for a glance. The sentence with the values comes from
 * the server; here is only the headline, and how worried to look.
 *
 * Source for the states of the cable: the kernel's UDC states, Documentation/ABI/stable/sysfs-class-udc.
 */

/** @typedef {{tone: "good" | "pending" | "warn" | "bad", words: string}} Headline */

const CABLE = {
  no_gadgetd: ["bad", "USB service not running"],
  no_udc: ["bad", "No USB controller"],
  several_udcs: ["bad", "Several USB controllers"],
  unbound: ["warn", "Not offered to the target"],
  not_attached: ["warn", "Not connected"],
  attached: ["pending", "Connecting"],
  powered: ["pending", "Connecting"],
  reconnecting: ["pending", "Connecting"],
  unauthenticated: ["warn", "Not yet allowed by the target"],
  default: ["pending", "Connecting"],
  addressed: ["pending", "Connecting"],
  configured: ["good", "Connected"],
  suspended: ["warn", "Target asleep"],
};

const PICTURE = {
  live: ["good", "Live"],
  starting: ["pending", "Starting"],
  idle: ["pending", "Idle"],
  no_signal: ["warn", "No signal"],
  no_device: ["bad", "No capture device"],
  stuck: ["bad", "Capture is stuck"],
  failed: ["bad", "Capture failed"],
};

/** @returns {Headline} */
export function cableHeadline(cable) {
  return look(CABLE, cable?.state);
}

/** @returns {Headline} */
export function pictureHeadline(picture) {
  return look(PICTURE, picture?.state);
}

/** Whether the host takes our key reports. @returns {Headline} */
export function hostHeadline(keyboard) {
  if (keyboard?.typing && keyboard.collecting) return { tone: "good", words: "Text is being typed" };
  if (keyboard?.collecting === true) return { tone: "good", words: "Listening" };
  if (keyboard?.collecting === false) return { tone: "warn", words: "Not listening" };
  return { tone: "pending", words: "Not known" };
}

/** What needs saying about the keyboard: nothing while it works. @returns {string} */
export function hostDetail(keyboard) {
  return keyboard?.collecting === true ? "" : (keyboard?.sentence ?? "");
}

/** Which mice the target sees. @returns {Headline} */
export function mouseHeadline(mouse) {
  if (!mouse) return { tone: "pending", words: "Not known" };
  const held = mouse.held?.length ? `, ${mouse.held.join(" and ")} held` : "";
  if (mouse.absolute && mouse.relative) {
    return { tone: "good", words: `Absolute, relative${held}` };
  }
  if (mouse.absolute || mouse.relative) {
    return { tone: "good", words: `${mouse.absolute ? "Absolute" : "Relative"} only${held}` };
  }
  return { tone: "pending", words: "None" };
}

/** Asleep is the one state to wake up from. */
export function canWake(cable) {
  return cable?.state === "suspended";
}

/** A device that stands at a controller can be pulled out and put in again, also by way of trying. */
export function canReplug(cable) {
  return Boolean(cable?.state) && !["no_gadgetd", "no_udc", "several_udcs"].includes(cable.state);
}

/** A newer server may know states this page does not; their names are words already. */
function look(table, state) {
  if (!state) return { tone: "pending", words: "Not known" };
  const key = state.replaceAll(" ", "_");
  if (Object.hasOwn(table, key)) return { tone: table[key][0], words: table[key][1] };
  const words = key.replaceAll("_", " ");
  return { tone: "warn", words: words[0].toUpperCase() + words.slice(1) };
}

export const LIGHTS = [
  { led: "num_lock", words: "Num" },
  { led: "caps_lock", words: "Caps" },
  { led: "scroll_lock", words: "Scroll" },
];

/** What is in the target's drive, in one line. */
export function driveWords(drive, humanSize) {
  if (!drive) return "Not known";
  if (!drive.image || !drive.shown) return drive.sentence;
  const kind = drive.mode === "disk" ? "disk" : "CD-ROM";
  const size = drive.size_bytes == null ? "" : `, ${humanSize(drive.size_bytes)}`;
  return `${drive.image} (${kind}${size})`;
}
