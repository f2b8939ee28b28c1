/**
 * CFList of a join accept (RP002 "JoinAccept CFList"): channels beyond the default ones.
 *
 *     type 0   five frequencies, u24 LE in 100 Hz (0: unused) | 00
 *     type 1   up to seven channel masks, u16 LE | RFU | 01
 */
import { assert } from "../bytes/assert.ts";
import { type Hertz, hertz } from "../units.ts";

export const CF_LIST_BYTES = 16;

export type CfList =
  /** At most five; those that the region's default channels are followed by. */
  | { readonly kind: "frequencies"; readonly frequenciesHz: readonly number[] }
  /** At most seven masks of 16 channels each, lowest channel in the lowest bit. */
  | { readonly kind: "masks"; readonly masks: readonly number[] };

/** 16 bytes. Asserts multiples of 100 Hz and the counts. */
export function encodeCfList(list: CfList): Uint8Array {
  const bytes = new Uint8Array(CF_LIST_BYTES);
  if (list.kind === "frequencies") {
    assert(list.frequenciesHz.length <= 5, "CFList has room for five frequencies");
    for (const [index, frequencyHz] of list.frequenciesHz.entries()) {
      const hundreds = frequencyHz / 100;
      assert(Number.isInteger(hundreds) && hundreds >= 0 && hundreds < 2 ** 24, "CFList frequency");
      bytes.set([hundreds & 0xff, (hundreds >> 8) & 0xff, hundreds >> 16], 3 * index);
    }
    return bytes;
  }
  assert(list.masks.length <= 7, "CFList has room for seven masks");
  for (const [index, mask] of list.masks.entries()) {
    assert(Number.isInteger(mask) && mask >= 0 && mask <= 0xffff, "CFList mask");
    bytes.set([mask & 0xff, mask >> 8], 2 * index);
  }
  bytes[15] = 1;
  return bytes;
}

/** Reads 16 bytes; undefined for a type that is not defined, which a device ignores. */
export function decodeCfList(bytes: Uint8Array): CfList | undefined {
  assert(bytes.length === CF_LIST_BYTES, "CFList has 16 bytes");
  const at = (offset: number) => bytes[offset] as number;
  if (at(15) === 0) {
    const frequenciesHz: Hertz[] = [];
    for (let offset = 0; offset < 15; offset += 3) {
      const hundreds = at(offset) | (at(offset + 1) << 8) | (at(offset + 2) << 16);
      if (hundreds !== 0) frequenciesHz.push(hertz(hundreds * 100));
    }
    return { kind: "frequencies", frequenciesHz };
  }
  if (at(15) !== 1) return undefined;
  const masks = [0, 2, 4, 6, 8, 10, 12].map((offset) => at(offset) | (at(offset + 1) << 8));
  return { kind: "masks", masks };
}
