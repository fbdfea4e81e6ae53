// The binary frame message of docs/protocol.md: 24 bytes of header, an optional JSON part, the picture. Little endian.
const MAGIC = [0x48, 0x53, 0x46, 0x31]; // "HSF1"
export const HEADER_BYTES = 24;

export function makeEnvelope(number, captureMicros, json, picture) {
  const text = json ? new TextEncoder().encode(JSON.stringify(json)) : new Uint8Array(0);
  const message = new Uint8Array(HEADER_BYTES + text.length + picture.length);
  const view = new DataView(message.buffer);
  message.set(MAGIC, 0);
  view.setUint16(4, text.length, true);
  view.setUint16(6, 0, true);
  view.setBigUint64(8, BigInt(number), true);
  view.setBigInt64(16, BigInt(Math.round(captureMicros)), true);
  message.set(text, HEADER_BYTES);
  message.set(picture, HEADER_BYTES + text.length);
  return message;
}
