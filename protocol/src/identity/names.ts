/**
 * Three-word names of hotspots, because people read names: `mellow-amber-katydid`. A name follows
 * from the address; 2^24 of them, so two hotspots of a large fleet may share one: it is no id.
 */

import { sha256 } from "../bytes/hash.ts";
import type { Address } from "../units.ts";
import { addressBytes } from "./address.ts";
import { ANIMALS, HUES, QUALITIES } from "./name-words.ts";

/** `quality-hue-animal`, picked by the first three bytes of SHA-256(33 address bytes). */
export function hotspotName(address: Address): string {
  const digest = sha256(addressBytes(address));
  const words = [QUALITIES, HUES, ANIMALS].map((list, i) => list[digest[i] as number]);
  return words.join("-");
}
