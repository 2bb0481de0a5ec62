/** Sizes for people: decimal units, as on the label of a disk, and three digits at most. */
const UNITS = ["kB", "MB", "GB", "TB"];

/** @returns {string} "0 bytes", "512 bytes", "4.7 GB" */
export function humanSize(size_bytes) {
  if (size_bytes === 1) return "1 byte";
  if (size_bytes < 1000) return `${size_bytes} bytes`;
  let value = size_bytes / 1000;
  let unit = 0;
  // From 999.5 on, rounding would print four digits.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0);
  return `${digits} ${UNITS[unit]}`;
}
