/** A small world for tests of wrappers: air, members with claims, a ledger that a test plays. */
import type { ReceivedFrame } from "@katydid/firmware";
import type { HotspotView, LedgerEvent } from "@katydid/ledger/client";
import {
  type Address,
  beaconFrame,
  beaconOf,
  type Cell,
  type ChallengeId,
  cellAt,
  db,
  dbm,
  keyPairFromSeed,
  milliseconds,
  regionPlan,
  sha256,
  utf8,
} from "@katydid/protocol";
import { Air } from "../../air/air.ts";
import type { Point } from "../../air/geometry.ts";
import { SimulatedConcentrator } from "../../air/simulated-concentrator.ts";
import { BOULDER, HOTSPOT_CLUTTER_DB, HOTSPOT_GAIN_DBI } from "../../scenario.ts";
import { World } from "../../world/world.ts";
import type { Member } from "../strategy.ts";
import { beaconRequest } from "./beacon-frames.ts";
import type { WrappedConcentrator } from "./wrapped-concentrator.ts";

export const plan = regionPlan("US915");

export function keyOf(name: string) {
  return keyPairFromSeed(sha256(utf8(name)));
}

/** 51 bytes of a beacon, and what a radio is told to send. */
export function beaconNamed(name: string) {
  const bytes = [sha256(utf8(name)), sha256(utf8(`${name} `))];
  const payload = Uint8Array.from(bytes.flatMap((part) => [...part])).slice(0, 51);
  const frame = beaconFrame(payload);
  return { payload, frame, request: beaconRequest(frame, plan) };
}

/** A beacon as some radio heard it. */
export function heardBeacon(name: string, rssiDbm = -90): ReceivedFrame {
  const { payload, frame } = beaconNamed(name);
  return {
    ...{ payload: frame, crc: "ok", modulation: "lora", codingRate: "4/5" },
    ...{ frequencyHz: beaconOf({ payload, plan }).frequencyHz, dataRate: plan.beacon.dataRate },
    ...{ rssiDbm: dbm(rssiDbm), snrDb: db(5), channel: 0, counterUs: 1 },
    ...{ receivedAt: milliseconds(0), fineTimeNs: 12_345 },
  };
}

export function memberAt(index: number, point: Point): Member {
  const claim = { point, gainDbi: HOTSPOT_GAIN_DBI };
  const radio = { ...claim, clutterDb: HOTSPOT_CLUTTER_DB };
  return {
    ...{ index, key: keyOf(`member ${index}`), owner: keyOf(`owner ${index}`) },
    placement: { radio, claim },
  };
}

export function rig() {
  const world = new World({ seed: "wrappers" });
  const { clock } = world;
  const air = new Air({ clock, random: world.random("air"), plan, origin: BOULDER });
  const radioAt = (point: Point) =>
    new SimulatedConcentrator({
      ...{ air, clock, random: world.random("radio"), point },
      ...{ gainDbi: HOTSPOT_GAIN_DBI, clutterDb: HOTSPOT_CLUTTER_DB },
    });
  return { world, air, radioAt, ledger: new PlayedLedger(air) };
}

/** All that an agent would be given, as it comes. */
export function listenTo(radio: WrappedConcentrator): readonly ReceivedFrame[] {
  const heard: ReceivedFrame[] = [];
  void (async () => {
    for await (const frame of radio.frames()) heard.push(frame);
  })();
  return heard;
}

type TargetDrawn = Extract<LedgerEvent, { kind: "target-drawn" }>;

export class PlayedLedger {
  readonly #air: Air;
  readonly #cells = new Map<Address, Cell>();
  readonly #handlers: ((event: LedgerEvent) => void)[] = [];

  constructor(air: Air) {
    this.#air = air;
  }

  /** A stranger who claims a place. */
  settle(name: string, point: Point): Address {
    const { address } = keyOf(name);
    this.#cells.set(address, cellAt(this.#air.plane.placeOf(point), 12));
    return address;
  }

  watch(_options: unknown, handler: (event: LedgerEvent) => void) {
    this.#handlers.push(handler);
    return { cancel: () => undefined };
  }

  async hotspot(address: Address): Promise<HotspotView | undefined> {
    const cell = this.#cells.get(address);
    if (cell === undefined) return undefined;
    const gainDbi = db(HOTSPOT_GAIN_DBI);
    // Of the view only its place is read.
    return { address, cell, gainDbi } as HotspotView;
  }

  draw(drawn: {
    readonly target: Address;
    readonly secret?: Uint8Array;
    readonly challenge?: ChallengeId;
  }): TargetDrawn {
    const secret = drawn.secret ?? sha256(utf8("somebody's secret"));
    const event = {
      ...{ kind: "target-drawn", target: drawn.target, challenger: keyOf("challenger").address },
      ...{ secretHash: sha256(secret), targetEntropy: sha256(utf8("entropy")) },
      challenge: drawn.challenge ?? { slot: 1, index: 0 },
    } as TargetDrawn;
    for (const handler of this.#handlers) handler(event);
    return event;
  }
}
