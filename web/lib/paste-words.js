/** What the dialog for pasting says about a text before any of it is typed. */
import { countCharacters } from "./code-points.js";

const kinds_shown = 20; // a text in another script has hundreds of characters that do not fit
const places_shown = 5;
const HIDDEN = "•";

const number = new Intl.NumberFormat("en");
const counted = (count, one, many) => `${number.format(count)} ${count === 1 ? one : many}`;

/**
 * The line above the list.
 *
 * @param {string} text
 * @param {object | null} verdict the server's answer about this text; null while there is none
 * @param {{replaces: boolean}} wish
 * @returns {{tone: "good" | "pending" | "warn" | "bad", words: string}}
 */
export function verdictWords(text, verdict, { replaces }) {
  if (text === "") return { tone: "pending", words: "" };
  const size = counted(verdict?.characters ?? countCharacters(text), "character", "characters");
  if (!verdict) return { tone: "pending", words: `${size}. Checking…` };
  const kinds = verdict.different;
  if (kinds === 0) return { tone: "good", words: `${size}. All of it can be typed.` };
  const what = counted(kinds, "different character", "different characters");
  return replaces
    ? { tone: "warn", words: `${size}. ${what} will be replaced:` }
    : { tone: "bad", words: `${size}. ${what} cannot be typed with this layout:` };
}

/**
 * Windows' layouts differ from XKB's of the same name in places, and not all of them are known.
 *
 * @returns {string} empty where there is no doubt
 */
export function doubtWords(verdict, system) {
  if (system !== "windows" || verdict?.windows_covered !== false) return "";
  return "Where Windows differs from XKB in this layout is not known: try a short text first.";
}

/**
 * The list: each character that cannot be typed, with the places where it stands.
 *
 * @param {{untypable: object[], different: number} | null} verdict
 * @param {{isHidden: boolean}} wish a hidden text shows none of its characters here either
 * @returns {{rows: {character: string, length: number, label: string,
 *   places: {offset: number, words: string}[], more: string}[], more: string}}
 */
export function untypableRows(verdict, { isHidden }) {
  const untypable = verdict?.untypable ?? [];
  const rows = untypable.slice(0, kinds_shown).map(({ character, label, count, positions }) => {
    const places = positions.slice(0, places_shown).map(({ offset, line, column }) => ({
      offset,
      words: placeWords(line, column),
    }));
    const rest = count - places.length;
    return {
      character: isHidden ? HIDDEN : visible(character),
      length: countCharacters(character), // a letter with its accents is several
      label: isHidden ? "hidden" : label,
      places,
      more: rest > 0 ? `and ${number.format(rest)} more` : "",
    };
  });
  const rest = (verdict?.different ?? 0) - rows.length;
  return { rows, more: rest > 0 ? `and ${counted(rest, "other character", "other characters")}` : "" };
}

export function placeWords(line, column) {
  return `line ${number.format(line)}, column ${number.format(column)}`;
}

/** A space, a control or a lone accent would be shown as nothing: then only its label speaks. */
function visible(character) {
  return /^[\p{L}\p{N}\p{P}\p{S}]\p{M}*$/u.test(character) ? character : "";
}
