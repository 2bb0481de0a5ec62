/**
 * Keys that are pressed with a button: those the user's own system or browser keeps for itself,
 * and those a phone has no key for.
 */

/** @typedef {{label: string, name: string, codes: string[], action?: string}} Chord */

/** Shortcuts that rarely reach a page. @type {Chord[]} */
export const CHORDS = [
  {
    label: "Ctrl+Alt+Del",
    name: "Control, Alt and Delete",
    codes: ["ControlLeft", "AltLeft", "Delete"],
    action: "ctrl-alt-del",
  },
  { label: "Alt+Tab", name: "Alt and Tab", codes: ["AltLeft", "Tab"] },
  { label: "Alt+F4", name: "Alt and F4", codes: ["AltLeft", "F4"] },
  { label: "Super", name: "Super, the Windows key", codes: ["MetaLeft"] },
];

/** What firmware menus are steered with. @type {Chord[]} */
export const MENU_KEYS = [
  { label: "Esc", name: "Escape", codes: ["Escape"] },
  { label: "Tab", name: "Tab", codes: ["Tab"] },
  { label: "Del", name: "Delete", codes: ["Delete"] },
  { label: "Enter", name: "Enter", codes: ["Enter"] },
];

/** What else a phone has no key for, and what browsers keep. @type {Chord[]} */
export const EDITING_KEYS = [
  { label: "Ins", name: "Insert", codes: ["Insert"] },
  { label: "Home", name: "Home", codes: ["Home"] },
  { label: "End", name: "End", codes: ["End"] },
  { label: "PgUp", name: "Page up", codes: ["PageUp"] },
  { label: "PgDn", name: "Page down", codes: ["PageDown"] },
  { label: "Print", name: "Print screen", codes: ["PrintScreen"] },
  { label: "Pause", name: "Pause", codes: ["Pause"] },
];

/** @type {Chord[]} */
export const ARROWS = [
  { label: "←", name: "Arrow left", codes: ["ArrowLeft"] },
  { label: "↑", name: "Arrow up", codes: ["ArrowUp"] },
  { label: "↓", name: "Arrow down", codes: ["ArrowDown"] },
  { label: "→", name: "Arrow right", codes: ["ArrowRight"] },
];

/** @type {Chord[]} */
export const FUNCTION_KEYS = Array.from({ length: 12 }, (_, index) => {
  const key = `F${index + 1}`;
  return { label: key, name: key, codes: [key] };
});

/** @typedef {{label: string, name: string, hint?: string, chords: Chord[]}} Menu */

/** The text consoles of Linux, which a browser's own system would switch for itself. @type {Menu} */
export const CONSOLES = {
  label: "Ctrl+Alt+F…",
  name: "Ctrl+Alt and a function key",
  chords: FUNCTION_KEYS.map(({ label }) => ({
    label: `Ctrl+Alt+${label}`,
    name: `Control, Alt and ${label}`,
    codes: ["ControlLeft", "AltLeft", label],
  })),
};

/**
 * Linux listens to these even when nothing else answers. The first six, in this order, restart a
 * stuck machine with the least damage.
 *
 * Source: Linux Documentation/admin-guide/sysrq.rst.
 *
 * @type {Menu}
 */
export const MAGIC_KEYS = {
  label: "SysRq",
  name: "magic SysRq keys",
  hint: "For a Linux that is stuck: R, E, I, S, U, B in this order, a few seconds apart.",
  chords: [
    ["R", "take the keyboard back from X"],
    ["E", "ask all programs to end"],
    ["I", "kill all programs"],
    ["S", "write everything to the disks"],
    ["U", "make the disks read-only"],
    ["B", "restart at once"],
    ["F", "kill what uses most memory"],
    ["H", "list these keys on the console"],
    ["K", "kill all on this console"],
    ["O", "switch off"],
    ["T", "list all tasks on the console"],
  ].map(([letter, effect]) => ({
    label: `${letter}: ${effect}`,
    name: `Alt, SysRq and ${letter}: ${effect}`,
    codes: ["AltLeft", "PrintScreen", `Key${letter}`],
  })),
};

/**
 * A chord as a hand plays it: down in order, up in reverse.
 *
 * @returns {{code: string, down: boolean}[]}
 */
export function strokes(codes) {
  return [
    ...codes.map((code) => ({ code, down: true })),
    ...[...codes].reverse().map((code) => ({ code, down: false })),
  ];
}
