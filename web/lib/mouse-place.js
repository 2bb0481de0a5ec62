/**
 * Where on the target's screen the pointer is: from a place on the page to what an absolute mouse says.
 *
 * The canvas is laid out with the display's aspect and without borders, so its rectangle is the
 * screen; what lies beside it is letterbox and no part of the target.
 */
export const FARTHEST = 32767; // the logical maximum of both axes in our mouse's report descriptor

/**
 * @param {{left: number, top: number, width: number, height: number}} picture in CSS pixels
 * @param {{x: number, y: number}} at in CSS pixels, from the same origin
 * @param {{isClamped?: boolean}} how a drag that leaves the picture goes along its edge
 * @returns {{x: number, y: number} | null} 0 to 32767 each; null beside the picture
 */
export function placeOn({ left, top, width, height }, at, { isClamped = false } = {}) {
  if (width < 1 || height < 1) return null;
  const [across, down] = [at.x - left, at.y - top];
  const isInside = across >= 0 && across < width && down >= 0 && down < height;
  if (!isInside && !isClamped) return null;
  return { x: along(across, width), y: along(down, height) };
}

/**
 * The last pixel is the edge itself: with `length` instead of `length - 1` nobody could reach the
 * corner that opens a menu, because a pointer is never at the far side of the last pixel.
 */
function along(offset, length) {
  const share = length > 1 ? offset / (length - 1) : 0;
  return Math.round(FARTHEST * Math.min(Math.max(share, 0), 1));
}
