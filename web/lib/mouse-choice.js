/** Which mouse the page plays, out of those the target sees. */

const OPTIONS = [
  { mode: "absolute", label: "absolute", missing: "absolute (the target has none)" },
  { mode: "relative", label: "relative", missing: "relative (the target has none)" },
  { mode: "off", label: "off" },
];

/**
 * @typedef {object} MouseChoice
 * @property {"absolute" | "relative" | "off"} mode what is played now
 * @property {boolean} hasAbsolute whether fingers can point, which needs no other mode
 * @property {{mode: string, label: string, isMissing: boolean}[]} options
 */

/**
 * @param {string | null} wanted what was chosen in this browser, if anything
 * @param {{absolute: boolean, relative: boolean} | null | undefined} mouse the status document's; while
 *   nothing is known nothing is ruled out, and the server answers in words
 * @returns {MouseChoice}
 */
export function mouseChoice(wanted, mouse) {
  const has = (mode) => mode === "off" || (mouse?.[mode] ?? true);
  const options = OPTIONS.map(({ mode, label, missing }) => ({
    mode,
    label: has(mode) ? label : missing,
    isMissing: !has(mode),
  }));
  const order = [wanted, "absolute", "relative", "off"];
  const mode = order.find((each) => OPTIONS.some((option) => option.mode === each) && has(each));
  return { mode, hasAbsolute: has("absolute"), options };
}
