/** What the server answers to keys and buttons, as a line below the picture. */

/** @typedef {{sentence: string, canTake: boolean}} Notice empty when there is nothing to say */

/**
 * Only what did not arrive is worth a word: `queued` is on its way and `delivered` has been collected.
 *
 * A key let go is no sign that all is well again: where its press was refused or given up, letting go
 * succeeds by doing nothing, and would wipe the reason away before anybody has read it.
 *
 * @param {{delivery: string, down?: boolean, sentence?: string}} answer
 * @returns {string | null} what to say from now on; null to leave standing what stands there
 */
export function deliveryNotice({ delivery, down, sentence }) {
  if (delivery === "undelivered") return sentence || "That did not reach the target.";
  return down ? "" : null;
}

/**
 * @param {{code: string, sentence: string, remedy?: string}} error
 * @returns {Notice} `canTake` when the keyboard is somebody else's and could be taken over
 */
export function complaintNotice({ code, sentence, remedy }) {
  return { sentence: `${sentence} ${remedy ?? ""}`.trim(), canTake: code === "seat_taken" };
}

/** Whether the other end has let go of all we held, so that we must forget it too. */
export function hasLetGo({ code }) {
  return code === "keys_released" || code === "seat_lost";
}
