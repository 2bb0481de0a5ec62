/**
 * Places in a text, counted as the server counts and as the browser does.
 *
 * The server counts characters (code points); a text field counts UTF-16 code units, of which a
 * character beyond U+FFFF, such as an emoji, has two. Both count from 0.
 */

/** @returns {number} how many characters `text` has */
export function countCharacters(text) {
  let count = 0;
  for (let at = 0; at < text.length; at += unitsAt(text, at)) count += 1;
  return count;
}

/** @returns {number} where the character number `offset` begins, for a text field */
export function fieldOffset(text, offset) {
  let at = 0;
  for (let left = offset; left > 0 && at < text.length; left -= 1) at += unitsAt(text, at);
  return at;
}

/** @returns {[number, number]} where `length` characters from number `offset` on begin and end */
export function fieldRange(text, offset, length = 1) {
  return [fieldOffset(text, offset), fieldOffset(text, offset + length)];
}

function unitsAt(text, at) {
  return text.codePointAt(at) > 0xffff ? 2 : 1;
}
