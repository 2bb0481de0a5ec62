/** Keys as people call them, both ways: "Ctrl+Alt+Del" and what KeyboardEvent.code says. */
import { KEY_CODES, isKeyCode } from "./key-codes.js";

const SHOWN = {
  ControlLeft: "Ctrl",
  ControlRight: "Right Ctrl",
  ShiftLeft: "Shift",
  ShiftRight: "Right Shift",
  AltLeft: "Alt",
  AltRight: "AltGr",
  MetaLeft: "Super",
  MetaRight: "Right Super",
  ContextMenu: "Menu",
  Escape: "Esc",
  Delete: "Del",
  Insert: "Ins",
  PageUp: "PgUp",
  PageDown: "PgDn",
  PrintScreen: "Print",
  ScrollLock: "Scroll Lock",
  CapsLock: "Caps Lock",
  NumLock: "Num Lock",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
};

/** What else people write; in lower case and without spaces. */
const ALSO = {
  control: "ControlLeft",
  lctrl: "ControlLeft",
  rctrl: "ControlRight",
  lshift: "ShiftLeft",
  rshift: "ShiftRight",
  lalt: "AltLeft",
  option: "AltLeft",
  ralt: "AltRight",
  meta: "MetaLeft",
  win: "MetaLeft",
  windows: "MetaLeft",
  cmd: "MetaLeft",
  command: "MetaLeft",
  return: "Enter",
  bksp: "Backspace",
  spacebar: "Space",
  sysrq: "PrintScreen",
  prtsc: "PrintScreen",
  printscreen: "PrintScreen",
  break: "Pause",
  pageup: "PageUp",
  pagedown: "PageDown",
  up: "ArrowUp",
  down: "ArrowDown",
  left: "ArrowLeft",
  right: "ArrowRight",
};

/** @returns {string} "A", "Ctrl", "F2", "Numpad 7"; a code without a better name is its own name */
export function keyName(code) {
  if (Object.hasOwn(SHOWN, code)) return SHOWN[code];
  const [, kind, rest] = /^(Key|Digit|Numpad)(.+)$/.exec(code) ?? [];
  if (kind === "Numpad") return `Numpad ${rest}`;
  return rest ?? code;
}

/** @returns {string} "Ctrl+Alt+Del" */
export function chordName(codes) {
  return codes.map(keyName).join("+");
}

const squeezed = (text) => text.toLowerCase().replace(/\s+/g, "");

const BY_NAME = new Map([
  ...KEY_CODES.map((code) => [squeezed(code), code]),
  ...KEY_CODES.map((code) => [squeezed(keyName(code)), code]),
  ...Object.entries(ALSO),
]);

/**
 * Keys from their names, with "+" between them.
 *
 * @param {string} text such as "ctrl + alt + F2" or "AltLeft+PrintScreen+KeyB"
 * @returns {{codes: string[], unknown: string[]}} `unknown` are the names that no key has
 */
export function parseChord(text) {
  const names = text.split("+").map((name) => name.trim()).filter((name) => name !== "");
  const found = names.map((name) => (isKeyCode(name) ? name : BY_NAME.get(squeezed(name))));
  return {
    codes: [...new Set(found.filter((code) => code !== undefined))],
    unknown: names.filter((_, index) => found[index] === undefined),
  };
}
