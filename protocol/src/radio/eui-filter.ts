/**
 * Which devices a router serves, by (JoinEUI, DevEUI): a 3-wise binary fuse filter with 16-bit
 * fingerprints (Graf & Lemire, "Binary Fuse Filters", 2022, arXiv:2201.01174). It never denies a
 * device that is in it; it takes 1 in 65,536 of the others for one.
 * ```
 * | version u8 = 1 | log2 of segment length u8 | segments u16 | seed u32 | fingerprints u16 ... |
 * ```
 * There are (segments + 2) << log2 fingerprints. SHA-256(seed, JoinEUI, DevEUI) gives a key's three
 * places, in consecutive segments, and its fingerprint, which is the exclusive or of the three.
 */
import { assert } from "../bytes/assert.ts";
import { u32Bytes, u64Bytes } from "../bytes/bytes.ts";
import { sha256 } from "../bytes/hash.ts";
import { mainParams } from "../params.ts";

const VERSION = 1;
const HEADER_BYTES = 8;
const FINGERPRINT_BYTES = 2;
const SEGMENT_LOG2_MAX = 14;
/** A seed fails for about one set in five at worst; 100 in a row is a bug. */
const SEEDS_MAX = 100;

export interface EuiPair {
  readonly joinEui: bigint;
  readonly devEui: bigint;
}

/** Shape of a filter: segments of 2^log2 fingerprints. */
interface Layout {
  readonly segments: number;
  readonly log2: number;
  readonly seed: number;
}

/** Three places and the fingerprint of a key. */
type Places = readonly [first: number, second: number, third: number, fingerprint: number];

/**
 * The filter of these devices; repeated ones count once. Of none it is empty. Undefined where it
 * would be larger than 64 KiB: beyond some 26,000 devices. The same set gives the same bytes.
 */
export function buildEuiFilter(keys: readonly EuiPair[]): Uint8Array | undefined {
  const distinct = distinctBytes(keys);
  if (distinct.length === 0) return new Uint8Array(0);
  const shape = shapeFor(distinct.length);
  if (filterBytes(shape) > mainParams.filterBytesMax) return undefined;
  for (let seed = 0; seed < SEEDS_MAX; seed++) {
    const layout = { ...shape, seed };
    const places = distinct.map((key) => placesOf(key, layout));
    const fingerprints = assign(places, slotsOf(layout));
    if (fingerprints !== undefined) return write(layout, fingerprints);
  }
  assert(false, "a seed that works");
}

/** Whether the filter may hold the device. A malformed filter holds none. */
export function euiFilterHas(filter: Uint8Array, joinEui: bigint, devEui: bigint): boolean {
  const layout = layoutOf(filter);
  if (layout === undefined) return false;
  const [first, second, third, fingerprint] = placesOf(keyBytes({ joinEui, devEui }), layout);
  const found = readU16(filter, first) ^ readU16(filter, second) ^ readU16(filter, third);
  return found === fingerprint;
}

/** Whether the bytes are a filter: the empty one, or header and as many fingerprints as it says. */
export function isEuiFilter(bytes: Uint8Array): boolean {
  return bytes.length === 0 || layoutOf(bytes) !== undefined;
}

function layoutOf(filter: Uint8Array): Layout | undefined {
  if (filter.length < HEADER_BYTES || filter.length > mainParams.filterBytesMax) return undefined;
  const view = new DataView(filter.buffer, filter.byteOffset, HEADER_BYTES);
  const layout = { log2: view.getUint8(1), segments: view.getUint16(2), seed: view.getUint32(4) };
  if (view.getUint8(0) !== VERSION || layout.log2 > SEGMENT_LOG2_MAX) return undefined;
  if (layout.segments === 0 || filterBytes(layout) !== filter.length) return undefined;
  return layout;
}

/** Sizes of the paper's reference code. Floats do no harm: the filter says what they came to. */
function shapeFor(keys: number): Omit<Layout, "seed"> {
  const log = Math.log(Math.max(keys, 2));
  const log2 = Math.min(SEGMENT_LOG2_MAX, Math.floor(log / Math.log(3.33) + 2.25));
  const factor = Math.max(1.125, 0.875 + (0.25 * Math.log(1e6)) / log);
  const segments = Math.max(1, Math.ceil((keys * factor) / 2 ** log2) - 2);
  return { log2, segments };
}

function slotsOf({ segments, log2 }: Omit<Layout, "seed">): number {
  return (segments + 2) * 2 ** log2;
}

function filterBytes(shape: Omit<Layout, "seed">): number {
  return HEADER_BYTES + FINGERPRINT_BYTES * slotsOf(shape);
}

function keyBytes({ joinEui, devEui }: EuiPair): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(u64Bytes(joinEui));
  bytes.set(u64Bytes(devEui), 8);
  return bytes;
}

function distinctBytes(keys: readonly EuiPair[]): Uint8Array[] {
  const byName = new Map(keys.map((key) => [`${key.joinEui},${key.devEui}`, key]));
  return Array.from(byName.values(), keyBytes);
}

function placesOf(key: Uint8Array, { segments, log2, seed }: Layout): Places {
  const digest = sha256(u32Bytes(seed), key);
  const view = new DataView(digest.buffer, digest.byteOffset, digest.length);
  const length = 2 ** log2;
  const segment = Math.floor((view.getUint32(0) * segments) / 2 ** 32);
  const place = (i: number) => (segment + i) * length + (view.getUint32(4 + 4 * i) & (length - 1));
  return [place(0), place(1), place(2), view.getUint16(16)];
}

/**
 * Fingerprints of every slot, or undefined where the keys hang together in a cycle: peel off keys
 * that alone hold a slot until none is left, then give them that slot in reverse order.
 */
function assign(places: readonly Places[], slots: number): Uint16Array | undefined {
  const counts = new Uint32Array(slots);
  // Exclusive or of the keys that have the slot: the key itself once it is alone.
  const keys = new Uint32Array(slots);
  for (const [index, [first, second, third]] of places.entries()) {
    for (const slot of [first, second, third]) {
      counts[slot] = (counts[slot] as number) + 1;
      keys[slot] = (keys[slot] as number) ^ index;
    }
  }
  const alone: number[] = [];
  for (let slot = 0; slot < slots; slot++) if (counts[slot] === 1) alone.push(slot);
  const peeled: { index: number; slot: number }[] = [];
  for (let slot = alone.pop(); slot !== undefined; slot = alone.pop()) {
    if (counts[slot] !== 1) continue;
    const index = keys[slot] as number;
    peeled.push({ index, slot });
    const [first, second, third] = places[index] as Places;
    for (const other of [first, second, third]) {
      counts[other] = (counts[other] as number) - 1;
      keys[other] = (keys[other] as number) ^ index;
      if (counts[other] === 1) alone.push(other);
    }
  }
  if (peeled.length < places.length) return undefined;
  const fingerprints = new Uint16Array(slots);
  for (const { index, slot } of peeled.reverse()) {
    const [first, second, third, fingerprint] = places[index] as Places;
    const [a, b, c] = [fingerprints[first], fingerprints[second], fingerprints[third]];
    // The slot itself is still 0.
    fingerprints[slot] = fingerprint ^ (a as number) ^ (b as number) ^ (c as number);
  }
  return fingerprints;
}

function write(layout: Layout, fingerprints: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(filterBytes(layout));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, layout.log2);
  view.setUint16(2, layout.segments);
  view.setUint32(4, layout.seed);
  for (const [slot, fingerprint] of fingerprints.entries()) {
    view.setUint16(HEADER_BYTES + FINGERPRINT_BYTES * slot, fingerprint);
  }
  return bytes;
}

function readU16(filter: Uint8Array, slot: number): number {
  const at = HEADER_BYTES + FINGERPRINT_BYTES * slot;
  return ((filter[at] as number) << 8) | (filter[at + 1] as number);
}
