/**
 * One frame of the target's picture as it crosses the socket: sixteen bytes of header, then a JPEG.
 *
 * Header, big-endian: u32 sequence, u64 time of capture in microseconds (the board's monotonic
 * clock), u16 width, u16 height.
 */
export const HEADER_SIZE_BYTES = 16;

/**
 * @param {ArrayBuffer} message
 * @returns {{sequence: number, capturedUs: bigint, width: number, height: number, jpeg: Uint8Array}}
 * @throws {RangeError} when the message is too short to hold a header and a picture
 */
export function parseFrame(message) {
  if (message.byteLength <= HEADER_SIZE_BYTES) {
    throw new RangeError(`A frame of ${message.byteLength} bytes holds no picture.`);
  }
  const header = new DataView(message, 0, HEADER_SIZE_BYTES);
  return {
    sequence: header.getUint32(0),
    capturedUs: header.getBigUint64(4),
    width: header.getUint16(12),
    height: header.getUint16(14),
    jpeg: new Uint8Array(message, HEADER_SIZE_BYTES),
  };
}
