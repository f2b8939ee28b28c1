/**
 * The draws of Proof of Coverage (protocol.md section 3). Each is a function of hashes that everyone
 * recomputes: the first 8 bytes of a domain-tagged SHA-256 as an integer, modulo the number of
 * choices. The modulo favours the first choices by less than 2^-40 for up to 2^24 of them, which is
 * far below what anyone could gain from.
 */

import { assert } from "../bytes/assert.ts";
import { compareBytes, concatBytes, u32Bytes, u64Bytes, utf8 } from "../bytes/bytes.ts";
import { hmacSha256, sha256 } from "../bytes/hash.ts";
import { addressBytes } from "../identity/address.ts";
import type { Params } from "../params.ts";
import type { Bytes32, ChallengeId } from "../transactions/transaction.ts";
import type { Address, Cell, DataRate, Dbm, Hertz } from "../units.ts";
import { type VerdictLimits, witnessDistance } from "./verdict.ts";

const DOMAIN_CHALLENGER = utf8("katydid:draw-challenger:1");
const DOMAIN_ZONE = utf8("katydid:draw-zone:1");
const DOMAIN_TARGET = utf8("katydid:draw-target:1");
const DOMAIN_BEACON = utf8("katydid:beacon:1");
const DOMAIN_ORDER = utf8("katydid:witness-order:1");

/** Payload of a beacon: with its MHDR it fits the slowest data rate of every region. */
export const BEACON_PAYLOAD_BYTES = 51;
/** MHDR of a proprietary frame, major 0 (LoRaWAN L2 1.0.4 §4.2). */
export const BEACON_MHDR = 0xe0;
const MS_PER_SECOND = 1000;

/** Challenges of one slot: min(max, max(1, ceil(active x slotSeconds / challengeIntervalSeconds))). */
export function challengesPerSlot(input: {
  params: Pick<Params, "slotSeconds" | "challengeIntervalSeconds" | "challengesPerSlotMax">;
  active: number;
}): number {
  const { params, active } = input;
  checkCount(active);
  const due = Math.ceil((active * params.slotSeconds) / params.challengeIntervalSeconds);
  return Math.min(params.challengesPerSlotMax, Math.max(1, due));
}

/**
 * Reciprocity window, protocol milliseconds: max(floor, intervals x active / challenges per second),
 * rounded down.
 */
export function reciprocityWindowMs(input: { params: Params; active: number }): number {
  const { params, active } = input;
  const challenges = challengesPerSlot(input);
  const spanMs = params.reciprocityIntervals * active * params.slotSeconds * MS_PER_SECOND;
  return Math.max(params.reciprocityFloorSeconds * MS_PER_SECOND, Math.floor(spanMs / challenges));
}

/**
 * Challengers of a slot for the indices 0..count-1, all different; fewer where there are fewer
 * candidates. `candidates` are the active, bonded, located hotspots, sorted by key bytes.
 */
export function drawChallengers(input: {
  /** Entropy of the first block at or after the slot's boundary. */
  entropy: Bytes32;
  slot: number;
  count: number;
  candidates: readonly Address[];
}): Address[] {
  const { entropy, slot, candidates } = input;
  const last = candidates.length - 1;
  // The first `count` of a Fisher-Yates shuffle, with only the moved places written down.
  const moved = new Map<number, Address>();
  const at = (place: number) => (moved.get(place) ?? candidates[place]) as Address;
  const drawn: Address[] = [];
  for (let index = 0; index < input.count && index <= last; index++) {
    const parts = [DOMAIN_CHALLENGER, entropy, u64Bytes(slot), u32Bytes(index)];
    const place = index + drawBelow({ parts, choices: last + 1 - index });
    drawn.push(at(place));
    moved.set(place, at(index));
  }
  return drawn;
}

/** A hotspot that may be drawn as target. */
export interface TargetCandidate {
  readonly address: Address;
  /** Its cell of resolution 5. */
  readonly zone: Cell;
}

interface TargetZone {
  readonly members: TargetCandidate[];
  /** Candidates of this zone and of those before it. */
  upTo: number;
}

/**
 * Candidates by zone, made once for many draws: a draw is a search among the zones then and not a
 * pass over all hotspots, which would make an epoch cost challenges x hotspots.
 */
export class TargetZones {
  readonly size: number;
  /** In the order of their cells. */
  readonly #zones: readonly TargetZone[];
  readonly #placeOf = new Map<Address, { readonly zone: TargetZone; readonly place: number }>();

  /** `candidates` are sorted by key bytes. */
  constructor(candidates: readonly TargetCandidate[]) {
    this.size = candidates.length;
    const zones = new Map<Cell, TargetZone>();
    for (const candidate of candidates) {
      const zone = zones.get(candidate.zone) ?? { members: [], upTo: 0 };
      zones.set(candidate.zone, zone);
      this.#placeOf.set(candidate.address, { zone, place: zone.members.length });
      zone.members.push(candidate);
    }
    this.#zones = [...zones].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, zone]) => zone);
    let upTo = 0;
    for (const zone of this.#zones) {
      upTo += zone.members.length;
      zone.upTo = upTo;
    }
  }

  has(address: Address): boolean {
    return this.#placeOf.has(address);
  }

  /** Zone at `place` of all candidates but `exclude`, zone after zone; and how many it then has. */
  zoneAt(place: number, exclude: Address): { zone: TargetZone; choices: number } {
    const gone = this.#placeOf.get(exclude);
    const at = gone === undefined || place < gone.zone.upTo - 1 ? place : place + 1;
    let low = 0;
    let high = this.#zones.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#zones[middle]?.upTo ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    const zone = this.#zones[low];
    assert(zone !== undefined && at < zone.upTo, `no candidate at ${place}`);
    return { zone, choices: zone.members.length - (gone?.zone === zone ? 1 : 0) };
  }

  /** Member at `place` of a zone without `exclude`. */
  memberAt(zone: TargetZone, { place, exclude }: { place: number; exclude: Address }): Address {
    const gone = this.#placeOf.get(exclude);
    const isAfter = gone?.zone === zone && place >= gone.place;
    const member = zone.members[isAfter ? place + 1 : place];
    assert(member !== undefined, `no member at ${place}`);
    return member.address;
  }
}

/**
 * Target of a challenge: a zone weighted by its candidates, then one of them, both by inverse CDF
 * over sorted lists. `candidates` are the active, bonded, located hotspots, sorted by key bytes; who
 * draws often hands in their TargetZones. Undefined where there is none but `exclude`: the challenge
 * lapses.
 */
export function drawTarget(input: {
  /** Entropy of the first block after the slot's opening window. */
  entropy: Bytes32;
  challenge: ChallengeId;
  candidates: readonly TargetCandidate[] | TargetZones;
  /** The challenger. */
  exclude: Address;
}): Address | undefined {
  const { entropy, challenge, exclude, candidates } = input;
  const zones = candidates instanceof TargetZones ? candidates : new TargetZones(candidates);
  const left = zones.size - (zones.has(exclude) ? 1 : 0);
  if (left === 0) return undefined;
  const seed = [entropy, u64Bytes(challenge.slot), u32Bytes(challenge.index)];
  const drawn = drawBelow({ parts: [DOMAIN_ZONE, ...seed], choices: left });
  const { zone, choices } = zones.zoneAt(drawn, exclude);
  const place = drawBelow({ parts: [DOMAIN_TARGET, ...seed], choices });
  return zones.memberAt(zone, { place, exclude });
}

function drawBelow(input: { parts: readonly Uint8Array[]; choices: number }): number {
  const hash = sha256(...input.parts);
  const value = new DataView(hash.buffer, hash.byteOffset).getBigUint64(0);
  return Number(value % BigInt(input.choices));
}

/**
 * The 51 bytes that the target transmits: HMAC-SHA256 under the secret over domain, target entropy,
 * target and a counter byte from 0; the blocks one after the other, cut off.
 */
export function beaconPayload(input: {
  secret: Bytes32;
  targetEntropy: Bytes32;
  target: Address;
}): Uint8Array {
  const { secret, targetEntropy, target } = input;
  const block = (counter: number) =>
    hmacSha256(secret, DOMAIN_BEACON, targetEntropy, addressBytes(target), Uint8Array.of(counter));
  return concatBytes(block(0), block(1)).slice(0, BEACON_PAYLOAD_BYTES);
}

/** The frame on the air: MHDR 0xE0, then the payload. */
export function beaconFrame(payload: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(BEACON_MHDR), payload);
}

/** The payload of a frame on the air, or undefined where it cannot be a beacon. */
export function beaconPayloadOf(frame: Uint8Array): Uint8Array | undefined {
  if (frame.length !== BEACON_PAYLOAD_BYTES + 1 || frame[0] !== BEACON_MHDR) return undefined;
  return frame.subarray(1);
}

/** SHA-256 of the 51 bytes of payload: what receipts and reports name. */
export function payloadHash(payload: Uint8Array): Bytes32 {
  return sha256(payload);
}

/** How a beacon is transmitted: channel = LE16(payload) mod channels, the rest is the region's. */
export function beaconOf(input: {
  payload: Uint8Array;
  /** A `RegionPlan` or the part of one that counts. */
  plan: {
    readonly beacon: {
      readonly dataRate: DataRate;
      readonly powerDbm: Dbm;
      readonly channels: readonly Hertz[];
    };
  };
}): { frequencyHz: Hertz; dataRate: DataRate; powerDbm: Dbm; channel: number } {
  const { payload } = input;
  const { channels, dataRate, powerDbm } = input.plan.beacon;
  assert(payload.length === BEACON_PAYLOAD_BYTES, `not a beacon: ${payload.length} bytes`);
  const little = (payload[0] as number) | ((payload[1] as number) << 8);
  const channel = little % channels.length;
  const frequencyHz = channels[channel];
  assert(frequencyHz !== undefined, "a region has a channel for beacons");
  return { frequencyHz, dataRate, powerDbm, channel };
}

interface WitnessOrder {
  readonly secret: Bytes32;
  readonly targetEntropy: Bytes32;
}

/** Where a witness stands among those of a challenge: SHA-256 over secret, target entropy, witness. */
export function witnessOrderHash(input: WitnessOrder & { witness: Address }): Bytes32 {
  return sha256(DOMAIN_ORDER, input.secret, input.targetEntropy, addressBytes(input.witness));
}

/** How far apart the witnesses of one challenge are that are paid. */
export interface WitnessSpacing {
  /** Of a located witness, at the block that drew the target; resolution 11 or finer. */
  readonly cellOf: (witness: Address) => Cell;
  readonly limits: VerdictLimits;
}

/**
 * The first `max` of the reports (one per witness) by `witnessOrderHash`, lowest first: no prize for
 * fast hardware, and nobody but the challenger knows the order before its reveal. Used for the 32
 * that a challenger reports and, with `spacing`, for the 14 that are paid: one that is too close (by
 * rule 12) to a witness selected before it is passed over. Radios side by side prove nothing more,
 * so as many identities as there are on one roof get one share.
 */
export function selectWitnesses<Report extends { readonly witness: Address }>(
  input: WitnessOrder & { reports: readonly Report[]; max: number; spacing?: WitnessSpacing },
): Report[] {
  const { reports, max, spacing } = input;
  const ordered = reports.map((report) => ({
    report,
    hash: witnessOrderHash({ ...input, witness: report.witness }),
  }));
  ordered.sort((a, b) => compareBytes(a.hash, b.hash));
  const sorted = ordered.map(({ report }) => report);
  return spacing === undefined ? sorted.slice(0, max) : spaced(sorted, max, spacing);
}

function spaced<Report extends { readonly witness: Address }>(
  sorted: readonly Report[],
  max: number,
  { cellOf, limits }: WitnessSpacing,
): Report[] {
  const selected: Report[] = [];
  const cells: Cell[] = [];
  for (const report of sorted) {
    if (selected.length === max) break;
    const cell = cellOf(report.witness);
    if (cells.some((other) => isTooClose(cell, other, limits))) continue;
    selected.push(report);
    cells.push(cell);
  }
  return selected;
}

function isTooClose(cell: Cell, other: Cell, limits: VerdictLimits): boolean {
  const cells = { beaconer: other, witness: cell };
  return witnessDistance(cells, limits).verdict === "too-close";
}

function checkCount(active: number): void {
  assert(Number.isSafeInteger(active) && active >= 0, `not a number of hotspots: ${active}`);
}
