/** Keys of the tables (tables.ts says which key each has). Numbers are big-endian, so that they sort. */
import {
  type Address,
  addressBytes,
  addressFromBytes,
  type Bytes32,
  type ChallengeId,
  compareAddresses,
  concatBytes,
  type Milliseconds,
} from "@katydid/protocol";
import { type ClassificationKind, classificationKinds } from "./classifier-rows.ts";

/** Key of the one row of a table. */
export const ONLY = new Uint8Array(0);

export function timeBytes(value: Milliseconds): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, BigInt(value));
  return key;
}

export function slotKey(slot: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, slot);
  return key;
}

export function challengeKey(id: ChallengeId): Uint8Array {
  const key = new Uint8Array(6);
  const view = new DataView(key.buffer);
  view.setUint32(0, id.slot);
  view.setUint16(4, id.index);
  return key;
}

export function challengeOf(key: Uint8Array): ChallengeId {
  const view = new DataView(key.buffer, key.byteOffset);
  return { slot: view.getUint32(0), index: view.getUint16(4) };
}

export function commitmentKey(slot: number, hotspot: Address): Uint8Array {
  return concatBytes(slotKey(slot), addressBytes(hotspot));
}

export function claimKey(channel: Bytes32, hotspot: Address): Uint8Array {
  return concatBytes(channel, addressBytes(hotspot));
}

export function routerChannelKey(router: Address, channel: Bytes32): Uint8Array {
  return concatBytes(addressBytes(router), channel);
}

/** Whose bond or stake is unbonding. */
export type UnbondingKind = "hotspot" | "producer";

/** `id`: address bytes of the hotspot, or the producer's key in its table. */
export function unbondingKey(kind: UnbondingKind, id: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(kind === "hotspot" ? 1 : 2), id);
}
export function unbondingOf(key: Uint8Array): {
  readonly kind: UnbondingKind;
  readonly id: Uint8Array;
} {
  return { kind: key[0] === 1 ? "hotspot" : "producer", id: key.slice(1) };
}

export interface HoldbackKey {
  readonly epoch: number;
  readonly hotspot: Address;
}
export function holdbackKey({ epoch, hotspot }: HoldbackKey): Uint8Array {
  return concatBytes(slotKey(epoch), addressBytes(hotspot));
}

export function holdbackOf(key: Uint8Array): HoldbackKey {
  const view = new DataView(key.buffer, key.byteOffset);
  return { epoch: view.getUint32(0), hotspot: addressFromBytes(key.slice(4)) };
}

/** Coverage pay that may wait for reciprocity. */
export type GraceKind = "beaconer" | "witness";

export function gracePrefix(hotspot: Address, kind: GraceKind): Uint8Array {
  return concatBytes(addressBytes(hotspot), Uint8Array.of(kind === "beaconer" ? 1 : 2));
}
export function graceKey(hotspot: Address, kind: GraceKind, epoch: number): Uint8Array {
  return concatBytes(gracePrefix(hotspot, kind), slotKey(epoch));
}
export function epochOfGraceKey(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(key.length - 4);
}

const ADDRESS_BYTES = 33;

export function classificationKey(hotspot: Address, kind: ClassificationKind): Uint8Array {
  return concatBytes(addressBytes(hotspot), Uint8Array.of(classificationKinds.indexOf(kind) + 1));
}
export function classificationOf(key: Uint8Array): {
  readonly hotspot: Address;
  readonly kind: ClassificationKind;
} {
  const kind = classificationKinds[(key[ADDRESS_BYTES] ?? 0) - 1];
  if (kind === undefined) throw new Error("not the key of a classification");
  return { hotspot: addressFromBytes(key.slice(0, ADDRESS_BYTES)), kind };
}

export const EDGE_KEY_BYTES = 2 * ADDRESS_BYTES;

/** The order within the pair does not matter. */
export function edgeKey(a: Address, b: Address): Uint8Array {
  const [first, second] = compareAddresses(a, b) < 0 ? [a, b] : [b, a];
  return concatBytes(addressBytes(first), addressBytes(second));
}
export function pairOf(key: Uint8Array): readonly [Address, Address] {
  return [
    addressFromBytes(key.slice(0, ADDRESS_BYTES)),
    addressFromBytes(key.slice(ADDRESS_BYTES)),
  ];
}
