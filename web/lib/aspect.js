/**
 * How large a picture of a given aspect is shown in a box: as large as it fits, nothing cut off.
 *
 * The aspect is that of the display, not of the pixels: television pictures of 720x480 are 4:3.
 *
 * @param {{width: number, height: number}} box in CSS pixels
 * @param {[number, number]} aspect width to height
 * @returns {{width: number, height: number}} whole CSS pixels, so that edges stay sharp
 */
export function fit(box, [across, down]) {
  const isWider = box.width * down > box.height * across;
  return isWider
    ? { width: Math.floor((box.height * across) / down), height: Math.floor(box.height) }
    : { width: Math.floor(box.width), height: Math.floor((box.width * down) / across) };
}

/** @returns {[number, number]} what the status says, else the frame's own pixels, else 4:3 */
export function displayAspect(picture, frame) {
  const [across, down] = picture?.aspect ?? [];
  if (across > 0 && down > 0) return [across, down];
  if (frame?.width > 0 && frame?.height > 0) return [frame.width, frame.height];
  return [4, 3];
}
