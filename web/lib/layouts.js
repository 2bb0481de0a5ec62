/**
 * Choosing one of some six hundred keyboard layouts by a few letters of its name.
 *
 * @typedef {{layout: string, variant: string, name?: string}} Layout names are those of XKB
 */

/** @returns {string} what tells layouts apart: "de", "de(neo)" */
export function layoutTitle({ layout, variant }) {
  return variant ? `${layout}(${variant})` : layout;
}

export function isSameLayout(one, other) {
  return one?.layout === other?.layout && (one?.variant ?? "") === (other?.variant ?? "");
}

/**
 * Every layout whose name or XKB name contains each of the words, the likeliest first: a name of
 * either kind written out, then names that begin so, then the registry's order.
 *
 * @param {Layout[]} layouts
 * @param {string} search such as "german dead", "de neo" or "fr(bepo)"
 * @returns {Layout[]}
 */
export function matchingLayouts(layouts, search) {
  const wanted = plain(search).trim();
  if (wanted === "") return [...layouts];
  const words = wanted.split(/[\s(),]+/).filter(Boolean);
  const rank = (each) => {
    if (layoutTitle(each) === wanted || plain(each.name) === wanted) return 0;
    if (plain(each.name).startsWith(wanted)) return 1;
    return 2;
  };
  return layouts
    .filter((each) => {
      const said = plain(`${each.name} ${each.layout} ${each.variant}`);
      return words.every((word) => said.includes(word));
    })
    .map((each) => [rank(each), each])
    .sort(([one], [other]) => one - other)
    .map(([, each]) => each);
}

/**
 * The layout to begin with: the one this browser used last, if there still is such a layout, else
 * the one from the configuration, else whatever comes first.
 *
 * @param {Layout[]} layouts
 * @returns {Layout | null}
 */
export function firstChoice(layouts, remembered, configured) {
  const find = (wanted) => wanted && layouts.find((each) => isSameLayout(each, wanted));
  return find(remembered) ?? find(configured) ?? layouts[0] ?? null;
}

/** "Français" is found by "francais", on a keyboard that has no ç. */
function plain(text) {
  return text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
}
