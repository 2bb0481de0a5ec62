/**
 * The shortcuts people make for themselves, as the device keeps them. Lists in, lists out.
 *
 * @typedef {{label: string, codes: string[]}} Shortcut
 */
import { chordName, parseChord } from "./key-names.js";

export const MOST_SHORTCUTS = 64;
export const MOST_KEYS = 8;
export const LABEL_LIMIT = 40; // characters

/**
 * What somebody has filled in, as a shortcut or as a sentence about what is wrong with it.
 *
 * @param {{label: string, keys: string}} form `keys` such as "Ctrl+Alt+F2"; an empty label becomes that
 * @returns {{shortcut: Shortcut | null, sentence: string}}
 */
export function shortcutFrom({ label, keys }) {
  const { codes, unknown } = parseChord(keys);
  const wrong = (sentence) => ({ shortcut: null, sentence });
  if (unknown.length > 0) {
    const names = unknown.map((name) => `“${name}”`).join(" and ");
    return wrong(`No key is called ${names}. Write for example Ctrl+Alt+F2, or record the keys.`);
  }
  if (codes.length === 0) return wrong("Record the keys, or write their names, such as Ctrl+Alt+F2.");
  if (codes.length > MOST_KEYS) {
    return wrong(`These are ${codes.length} keys; a shortcut has ${MOST_KEYS} at most.`);
  }
  const words = label.replace(/[\p{C}\p{Z}]+/gu, " ").trim() || chordName(codes);
  const fitting = [...words].slice(0, LABEL_LIMIT).join("").trim();
  return { shortcut: { label: fitting, codes }, sentence: "" };
}

/** @returns {Shortcut[]} with `shortcut` in the place of the one at `index`, or at the end */
export function withShortcut(shortcuts, shortcut, index = shortcuts.length) {
  return [...shortcuts.slice(0, index), shortcut, ...shortcuts.slice(index + 1)];
}

/** @returns {Shortcut[]} without the one at `index` */
export function withoutShortcut(shortcuts, index) {
  return shortcuts.filter((_, each) => each !== index);
}
