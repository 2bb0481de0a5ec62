/**
 * What stands on the keys: the characters of the chosen layout, and names for the keys that write
 * none.
 *
 * A layout's labels come by level: plain, with Shift, with AltGr, with both (`labels[level]`).
 *
 * @typedef {{labels: string[], dead: boolean[]}} Cap
 */

const NAMES = {
  Escape: ["Esc", "Escape"],
  Backspace: ["⌫", "Backspace"],
  Tab: ["Tab ↹", "Tab"],
  CapsLock: ["Caps", "Caps Lock"],
  Enter: ["⏎", "Enter"],
  ShiftLeft: ["⇧ Shift", "Left Shift"],
  ShiftRight: ["⇧ Shift", "Right Shift"],
  ControlLeft: ["Ctrl", "Left Control"],
  ControlRight: ["Ctrl", "Right Control"],
  MetaLeft: ["Super", "Left Super, the Windows key"],
  MetaRight: ["Super", "Right Super"],
  AltLeft: ["Alt", "Left Alt"],
  AltRight: ["Alt", "Right Alt"],
  ContextMenu: ["Menu", "Menu"],
  Space: ["", "Space"],
  PrintScreen: ["PrtSc", "Print Screen"],
  ScrollLock: ["ScrLk", "Scroll Lock"],
  Pause: ["Pause", "Pause"],
  Insert: ["Ins", "Insert"],
  Delete: ["Del", "Delete"],
  Home: ["Home", "Home"],
  End: ["End", "End"],
  PageUp: ["PgUp", "Page Up"],
  PageDown: ["PgDn", "Page Down"],
  ArrowLeft: ["←", "Arrow left"],
  ArrowUp: ["↑", "Arrow up"],
  ArrowDown: ["↓", "Arrow down"],
  ArrowRight: ["→", "Arrow right"],
  NumLock: ["Num", "Num Lock"],
  NumpadDivide: ["/", "Numpad divide"],
  NumpadMultiply: ["*", "Numpad multiply"],
  NumpadSubtract: ["−", "Numpad subtract"],
  NumpadAdd: ["+", "Numpad add"],
  NumpadEnter: ["⏎", "Numpad Enter"],
  NumpadDecimal: [".", "Numpad decimal"],
};

const narrowNames = { Tab: "Tab", ShiftLeft: "⇧", ShiftRight: "⇧" };

// Of these the layout says what they write, as far as it is known.
const WRITES = [
  "Backquote", "Minus", "Equal", "BracketLeft", "BracketRight", "Semicolon", "Quote", "Backslash",
  "Comma", "Period", "Slash", "IntlBackslash", "IntlRo", "IntlYen",
];

/** @returns {boolean} whether the key's label comes from the layout */
export function writes(code) {
  return /^(Key[A-Z]|Digit\d)$/.test(code) || WRITES.includes(code);
}

/** @returns {{label: string, name: string}} what stands on a key that writes nothing, and its name */
export function capName(code, { isNarrow = false, hasAltGr = false } = {}) {
  if (code === "AltRight" && hasAltGr) return { label: "AltGr", name: "AltGr" };
  const digit = /^Numpad(\d)$/.exec(code)?.[1];
  if (digit) return { label: digit, name: `Numpad ${digit}` };
  const [label, name] = NAMES[code] ?? [code, code];
  return { label: (isNarrow && narrowNames[code]) || label, name };
}

/**
 * @param {{code: string, labels: string[], dead?: boolean[]}[]} keys the server's answer
 * @returns {Map<string, Cap>}
 */
export function keycaps(keys) {
  return new Map(keys.map(({ code, labels, dead }) => [code, { labels, dead: dead ?? [] }]));
}

/** What the keys are called, for as long as no layout is known. */
export function nameCaps(codes) {
  const places = codes.filter((code) => /^(Key|Digit)/.test(code));
  return new Map(places.map((code) => [code, { labels: [code.at(-1)], dead: [] }]));
}

/**
 * Which keys the layout wants beyond those that every keyboard has.
 *
 * XKB gives nearly every layout something for the key left of Z, even where the real keyboards have
 * no such key. It counts as wanted when it writes, plain or with Shift, what no other key writes.
 *
 * @param {Map<string, Cap>} caps
 */
export function shapeOf(caps) {
  const written = new Set();
  for (const [code, { labels }] of caps) {
    if (writes(code) && code !== "IntlBackslash") labels.slice(0, 2).forEach((label) => written.add(label));
  }
  const leftOfZ = caps.get("IntlBackslash")?.labels.slice(0, 2).filter(Boolean) ?? [];
  const isLabelled = (code) => caps.get(code)?.labels.some(Boolean) ?? false;
  return {
    isIso: leftOfZ.some((label) => !written.has(label)),
    hasRo: isLabelled("IntlRo"),
    hasYen: isLabelled("IntlYen"),
  };
}

export function hasAltGr(caps) {
  const isOwn = (cap, level) => Boolean(cap.labels[level]) && !isRepeated(cap, level);
  return [...caps.values()].some((cap) => isOwn(cap, 2) || isOwn(cap, 3));
}

/** @returns {number} 0 plain, 1 Shift, 2 AltGr, 3 both */
export function levelOf(heldCodes) {
  const shift = heldCodes.some((code) => code.startsWith("Shift")) ? 1 : 0;
  return shift + (heldCodes.includes("AltRight") ? 2 : 0);
}

/** Where a layout has nothing of its own with AltGr, the key may just write what it does without. */
function isRepeated({ labels }, level) {
  return level > 1 && labels[level] === labels[level - 2];
}

/** Whether plain and Shift are the small and the capital form of one letter. */
export function isLetter({ labels }, from = 0) {
  const [small = "", capital = ""] = labels.slice(from, from + 2);
  return small !== capital && small.toUpperCase() === capital;
}

/** @returns {number} the level that the key is at: Caps Lock is a Shift to letters only */
export function capLevel(cap, level, isCapsLocked) {
  return isCapsLocked && isLetter(cap, level & 2) ? level ^ 1 : level;
}

/**
 * What to draw on one key: up to four labels, as on a real one. A letter stands once, small or
 * capital as it would come out now.
 *
 * @returns {{level: number, label: string, isLetter: boolean, isNow: boolean, isDead: boolean}[]}
 */
export function drawnLabels(cap, level, isCapsLocked) {
  let now = capLevel(cap, level, isCapsLocked);
  if (isRepeated(cap, now)) now -= 2;
  const shown = [];
  for (const pair of [0, 2]) {
    const isOnce = isLetter(cap, pair);
    const form = capLevel(cap, pair | (level & 1), isCapsLocked);
    for (const each of isOnce ? [form] : [pair, pair + 1]) {
      const label = cap.labels[each] ?? "";
      if (label === "" || isRepeated(cap, each)) continue;
      shown.push({
        level: isOnce ? pair : each, // a letter keeps its corner
        label,
        isLetter: isOnce,
        isNow: each === now,
        isDead: cap.dead[each] ?? false,
      });
    }
  }
  return shown;
}
