/**
 * Devices of the arena: meters that send the longest frame of their data rate, so that a world has
 * as much paid data as it can for the packets that are simulated.
 */
import type { Random } from "@katydid/platform";
import { BYTES_PER_DC, dataRate, fromHex, parseDevAddr, parseEui } from "@katydid/protocol";
import type { Router } from "@katydid/router";
import type { Air } from "../air/air.ts";
import type { Point } from "../air/geometry.ts";
import type { DeviceProgram } from "../device/program.ts";
import { SimulatedDevice } from "../device/simulated-device.ts";
import { DEVICE_CLUTTER_DB, DEVICE_GAIN_DBI } from "../scenario.ts";
import type { World } from "../world/world.ts";

const PERIOD_MS = 120_000;
/** With 13 bytes of LoRaWAN around it 240: 10 DC. 242 is the most at this rate (RP002-1.0.3, US915). */
const PAYLOAD_BYTES = 227;
const FRAME_BYTES = PAYLOAD_BYTES + 13;
/** What one copy of a meter's packet costs. */
export const PACKET_DC = Math.ceil(FRAME_BYTES / BYTES_PER_DC);
const DATA_RATE = dataRate("SF7BW125");
/** Meters on the mains: well below the 30 dBm of US915. */
const POWER_DBM = 24;

class MeterProgram implements DeviceProgram {
  readonly fPort = 2;
  readonly periodMs = PERIOD_MS;
  readonly #point: Point;
  readonly #random: Random;
  constructor(from: { readonly point: Point; readonly random: Random }) {
    this.#point = from.point;
    this.#random = from.random;
  }
  pointAt(): Point {
    return this.#point;
  }
  report(): Uint8Array {
    return this.#random.bytes(PAYLOAD_BYTES);
  }
}

/** Adds devices to a router; not started. `name` sets their streams apart. */
export async function arenaDevices(from: {
  readonly world: World;
  readonly air: Air;
  readonly router: Router;
  readonly points: readonly Point[];
  readonly name: string;
  /** Copies of each packet that their owner pays for. */
  readonly maxCopies: number;
}): Promise<readonly SimulatedDevice[]> {
  const { world, air, router, points, name, maxCopies } = from;
  const { owner } = must(await router.owners.addOwner(name));
  const application = must(await router.owners.addApplication(owner, "meters"));
  const devices: SimulatedDevice[] = [];
  for (const [index, point] of points.entries()) {
    const added = await router.deviceService.add(application, {
      ...{ name: `meter-${index}`, codec: "none", maxCopies, activation: { kind: "abp" } },
    });
    const { entry, keys } = must(added);
    if (keys.kind !== "abp") throw new Error("a meter has its keys from the factory");
    const stream = `${name} device ${index}`;
    devices.push(
      new SimulatedDevice({
        devEui: parseEui(entry.device.devEui) ?? 0n,
        joinEui: parseEui(entry.device.joinEui) ?? 0n,
        activation: {
          kind: "abp",
          devAddr: parseDevAddr(keys.devAddr) ?? 0,
          keys: { nwkSKey: fromHex(keys.nwkSKey), appSKey: fromHex(keys.appSKey) },
        },
        program: new MeterProgram({ point, random: world.random(`${stream} readings`) }),
        ...{ air, clock: world.clock, random: world.random(stream), store: world.store(stream) },
        ...{ dataRate: DATA_RATE, powerDbm: POWER_DBM },
        ...{ gainDbi: DEVICE_GAIN_DBI, clutterDb: DEVICE_CLUTTER_DB },
      }),
    );
  }
  return devices;
}

/** An arena's own set-up is never refused; if it is, that is a bug. */
function must<T extends object>(outcome: T): Exclude<T, { readonly refused: string }> {
  if ("refused" in outcome) throw new Error(`the router refused: ${outcome.refused}`);
  // `in` does not narrow a type parameter.
  return outcome as Exclude<T, { readonly refused: string }>;
}
