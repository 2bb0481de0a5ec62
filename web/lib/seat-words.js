/** Who is at the target's keyboard, in words. */
export const NAME_LIMIT = 40; // characters, as the server has it

/**
 * @param {{id: string, name: string, address?: string, held?: number, is_typing?: boolean}} seat
 * @param {string | null} ownId which of the seats this page is
 * @returns {{id: string, name: string, isOwn: boolean, isTyping: boolean, state: string}}
 */
export function seatLine({ id, name, address = "", held = 0, is_typing: isTyping = false }, ownId) {
  const isOwn = id === ownId;
  return { id, name: name || address || id, isOwn, isTyping, state: stateWords(isTyping, held) };
}

/** @returns {ReturnType<typeof seatLine>[]} the own seat first, the others in the order they came */
export function seatLines(seats, ownId) {
  const lines = seats.map((seat) => seatLine(seat, ownId));
  return [...lines.filter(({ isOwn }) => isOwn), ...lines.filter(({ isOwn }) => !isOwn)];
}

/** One line for all of it. */
export function companyWords(lines) {
  if (lines.length === 0) return "Not known";
  const others = lines.filter(({ isOwn }) => !isOwn);
  const isHere = lines.length > others.length;
  if (others.length === 0) return "Nobody else is here.";
  const typing = others.find(({ isTyping }) => isTyping);
  if (typing) return `${typing.name} is typing.`;
  if (!isHere) return others.length === 1 ? "One seat is taken." : `${others.length} seats are taken.`;
  return others.length === 1 ? `${others[0].name} is here too.` : `${others.length} others are here too.`;
}

/** @returns {string} a name as the server takes it: one line, printable, not too long; "" for none */
export function tidyName(text) {
  const words = text.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
  return [...words].slice(0, NAME_LIMIT).join("").trim();
}

function stateWords(isTyping, held) {
  if (isTyping) return "typing";
  if (held === 0) return "";
  return held === 1 ? "holds a key" : `holds ${held} keys`;
}
