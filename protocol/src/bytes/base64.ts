/** base64url without padding (RFC 4648 §5), as JSON Web Tokens have it. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGITS = new Map(Array.from(ALPHABET, (letter, digit) => [letter, digit]));

export function encodeBase64Url(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 6; bits -= 6) text += ALPHABET[(held >> (bits - 6)) & 63];
    held &= 63;
  }
  if (bits > 0) text += ALPHABET[(held << (6 - bits)) & 63];
  return text;
}

/** The bytes, or undefined for what encodeBase64Url would not write. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    const digit = DIGITS.get(letter);
    if (digit === undefined) return undefined;
    held = ((held << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = (held >> bits) & 0xff;
  }
  // Bits that fill up the last letter are 0, and there is no letter too many.
  if (bits >= 6 || (held & ((1 << bits) - 1)) !== 0) return undefined;
  return bytes;
}
