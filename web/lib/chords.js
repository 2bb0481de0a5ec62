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
