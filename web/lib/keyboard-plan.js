/**
 * Where the keys of a keyboard stand, in widths of a letter's key: the keyboard of a PC where there
 * is room, and one with shorter rows for a telephone held upright.
 *
 * Source for the wide one: the usual 105 keys in ISO/IEC 9995-2's arrangement; without the key left
 * of Z it is the ANSI one with 104, where Backslash stands above a flat Enter.
 *
 * @typedef {{code: string, x: number, y: number, width: number, height: number}} Place
 * @typedef {{across: number, down: number, keys: Place[]}} Plan
 */

const keys = (letters) => [...letters].map((letter) => `Key${letter}`);
const functionKeys = Array.from({ length: 12 }, (_, index) => `F${index + 1}`);
const digits = ["Backquote", ...[..."1234567890"].map((digit) => `Digit${digit}`), "Minus", "Equal"];
const upper = [...keys("QWERTYUIOP"), "BracketLeft", "BracketRight"];
const middle = [...keys("ASDFGHJKL"), "Semicolon", "Quote"];
const lower = [...keys("ZXCVBNM"), "Comma", "Period", "Slash"];

const gap = 0.25;
const nudge = 0.2; // less than any key's width, more than rounding
const mainWidth = 15;
const narrowWidth = 13;

/**
 * @param {{isNarrow?: boolean, isIso?: boolean, hasNumpad?: boolean, hasRo?: boolean,
 *   hasYen?: boolean}} shape `isIso`: with the key left of Z; `hasRo` and `hasYen`: with the keys
 *   that Brazilian and Japanese keyboards have beside the right Shift and Backspace
 * @returns {Plan}
 */
export function keyboardPlan({ isNarrow = false, hasNumpad = false, ...main }) {
  if (isNarrow) return narrow(main);
  const navigationAt = mainWidth + gap;
  const numpadAt = navigationAt + 3 + gap;
  return {
    across: hasNumpad ? numpadAt + 4 : navigationAt + 3,
    down: rowAt(5) + 1,
    keys: [
      ...mainBlock(main),
      ...navigation(navigationAt),
      ...(hasNumpad ? numpad(numpadAt) : []),
    ],
  };
}

/** The function keys stand apart. */
function rowAt(row) {
  return row === 0 ? 0 : row + gap;
}

/** @param {(string | number | [string, number])[]} items keys, gaps, and keys of other widths */
function line(y, x, items) {
  const places = [];
  for (const item of items) {
    if (typeof item === "number") {
      x += item;
      continue;
    }
    const [code, width] = typeof item === "string" ? [item, 1] : item;
    places.push({ code, x, y, width, height: 1 });
    x += width;
  }
  return places;
}

function mainBlock({ isIso = false, hasRo = false, hasYen = false }) {
  const [f1, f5, f9] = [0, 4, 8].map((from) => functionKeys.slice(from, from + 4));
  const yen = hasYen ? ["IntlYen", ["Backspace", 1]] : [["Backspace", 2]];
  const ro = hasRo ? ["IntlRo", ["ShiftRight", 1.75]] : [["ShiftRight", 2.75]];
  const leftShift = isIso ? [["ShiftLeft", 1.25], "IntlBackslash"] : [["ShiftLeft", 2.25]];
  return [
    ...line(rowAt(0), 0, ["Escape", 1, ...f1, 0.5, ...f5, 0.5, ...f9]),
    ...line(rowAt(1), 0, [...digits, ...yen]),
    ...line(rowAt(2), 0, [["Tab", 1.5], ...upper, ...(isIso ? [] : [["Backslash", 1.5]])]),
    ...line(rowAt(3), 0, [
      ["CapsLock", 1.75],
      ...middle,
      ...(isIso ? ["Backslash"] : [["Enter", 2.25]]),
    ]),
    ...(isIso ? [{ code: "Enter", x: 13.75, y: rowAt(2), width: 1.25, height: 2 }] : []),
    ...line(rowAt(4), 0, [...leftShift, ...lower, ...ro]),
    ...line(rowAt(5), 0, [
      ["ControlLeft", 1.25], ["MetaLeft", 1.25], ["AltLeft", 1.25], ["Space", 6.25],
      ["AltRight", 1.25], ["MetaRight", 1.25], ["ContextMenu", 1.25], ["ControlRight", 1.25],
    ]),
  ];
}

function navigation(x) {
  return [
    ...line(rowAt(0), x, ["PrintScreen", "ScrollLock", "Pause"]),
    ...line(rowAt(1), x, ["Insert", "Home", "PageUp"]),
    ...line(rowAt(2), x, ["Delete", "End", "PageDown"]),
    ...line(rowAt(4), x + 1, ["ArrowUp"]),
    ...line(rowAt(5), x, ["ArrowLeft", "ArrowDown", "ArrowRight"]),
  ];
}

function numpad(x) {
  const tall = (place) => ({ ...place, height: 2 });
  return [
    ...line(rowAt(1), x, ["NumLock", "NumpadDivide", "NumpadMultiply", "NumpadSubtract"]),
    ...line(rowAt(2), x, ["Numpad7", "Numpad8", "Numpad9"]),
    ...line(rowAt(2), x + 3, ["NumpadAdd"]).map(tall),
    ...line(rowAt(3), x, ["Numpad4", "Numpad5", "Numpad6"]),
    ...line(rowAt(4), x, ["Numpad1", "Numpad2", "Numpad3"]),
    ...line(rowAt(4), x + 3, ["NumpadEnter"]).map(tall),
    ...line(rowAt(5), x, [["Numpad0", 2], "NumpadDecimal"]),
  ];
}

/** Thirteen keys across instead of fifteen; what stands at the rows' ends moves below. */
function narrow({ isIso = false, hasRo = false, hasYen = false }) {
  const rows = [
    ["Escape", ...functionKeys],
    [...digits, ...(hasYen ? ["IntlYen"] : [])],
    [...upper, ...(isIso ? [] : ["Backslash"])],
    [...middle, ...(isIso ? ["Backslash"] : []), ["Enter", isIso ? 1 : 1.5]],
    [
      ["ShiftLeft", isIso ? 1 : 1.5],
      ...(isIso ? ["IntlBackslash"] : []),
      ...lower,
      ...(hasRo ? ["IntlRo"] : []),
      ["Backspace", isIso ? 1 : 1.5],
    ],
    [
      ["Tab", 1.4], ["ControlLeft", 1.4], ["MetaLeft", 1.5], ["AltLeft", 1.2], ["Space", 3.8],
      ["AltRight", 1.4], ["ContextMenu", 1.5], ["ShiftRight", 1.4],
    ],
    ["CapsLock", "Insert", "Home", "PageUp", "PrintScreen", "ArrowUp", "Pause"],
    ["ControlRight", "Delete", "End", "PageDown", "ArrowLeft", "ArrowDown", "ArrowRight"],
  ];
  return {
    across: narrowWidth,
    down: rows.length,
    keys: rows.flatMap((items, row) => spread(line(row, 0, items))),
  };
}

/** As wide as the keyboard, whatever the row has. */
function spread(places) {
  const last = places.at(-1);
  const share = narrowWidth / (last.x + last.width);
  return places.map((place) => ({ ...place, x: place.x * share, width: place.width * share }));
}

/**
 * The next key in a direction, for arrow keys: what stands beside it that way, else what is nearest.
 *
 * @param {Place[]} places
 * @param {string} code where from
 * @param {"left" | "right" | "up" | "down"} way
 * @returns {string} the code itself where there is no further key
 */
export function neighbour(places, code, way) {
  const from = places.find((place) => place.code === code);
  if (!from) return places[0].code;
  const isAcross = way === "left" || way === "right";
  const sign = way === "left" || way === "up" ? -1 : 1;
  const across = ({ x, width }) => [x, width];
  const down = ({ y, height }) => [y, height];
  const far = (place) => {
    const along = sign * offset(from, place, isAcross ? across : down);
    const aside = Math.abs(offset(from, place, isAcross ? down : across));
    if (along < nudge) return Infinity;
    const isBeside = overlap(from, place, isAcross ? down : across) > nudge;
    return along + (isBeside ? nudge : 3) * aside;
  };
  const best = places.reduce((one, other) => (far(other) < far(one) ? other : one));
  return far(best) === Infinity ? code : best.code;
}

/** How far the middle of one is from the middle of the other. */
function offset(one, other, side) {
  const [start, length] = side(one);
  const [otherStart, otherLength] = side(other);
  return otherStart + otherLength / 2 - (start + length / 2);
}

function overlap(one, other, side) {
  const [start, length] = side(one);
  const [otherStart, otherLength] = side(other);
  return Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart);
}
