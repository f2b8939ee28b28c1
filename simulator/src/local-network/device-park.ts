/** The collars and sensors of the network on this machine, and how their owner onboards them. */
import { type Clock, Fault, type Random, type Store } from "@katydid/platform";
import { fromHex, fromUtf8, parseEui, type RegionPlan, utf8 } from "@katydid/protocol";
import type { Router } from "@katydid/router";
import type { Air } from "../air/air.ts";
import type { Point } from "../air/geometry.ts";
import { CollarProgram } from "../device/collar.ts";
import type { DeviceProgram } from "../device/program.ts";
import { SensorProgram } from "../device/sensor.ts";
import { SimulatedDevice } from "../device/simulated-device.ts";
import { DEVICE_CLUTTER_DB, DEVICE_GAIN_DBI, DEVICE_POWER_DBM } from "../scenario.ts";

/** Dogs' legs and reporting intervals run this many times faster than life, so that one sees them. */
export const TIME_SCALE = 30;

const DOGS = [
  ...["rex", "luna", "bella", "max", "daisy", "cooper", "molly", "rocky", "willow", "bear"],
  ...["hazel", "scout", "juno", "otis", "pepper", "moose"],
];

export interface DeviceParkOptions {
  readonly router: Router;
  readonly air: Air;
  readonly plan: RegionPlan;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  /** Homes of the dogs, and where the sensors hang. */
  readonly homes: readonly Point[];
  readonly walls: readonly Point[];
  /** First start of this network: walks begin there, so that they go on after a restart. */
  readonly startMs: number;
}

interface Label {
  readonly devEui: string;
  readonly joinEui: string;
  readonly appKey: string;
}

/** One owner, one application; everything it owns is in it. */
export const OWNER_NAME = "you";
const APPLICATION_NAME = "home";

export class DevicePark implements Disposable {
  readonly #devices: SimulatedDevice[] = [];

  static async start(options: DeviceParkOptions): Promise<DevicePark> {
    const park = new DevicePark();
    for (const [index, home] of options.homes.entries()) {
      const name = DOGS[index] ?? `dog-${index + 1}`;
      const random = options.random.stream(name);
      const { plane } = options.air;
      const program = new CollarProgram({
        ...{ plane, home, random },
        startMs: options.startMs,
        scale: TIME_SCALE,
      });
      park.#devices.push(await deviceOf(options, { name, kind: "collar", program, random }));
    }
    for (const [index, point] of options.walls.entries()) {
      const name = `sensor-${index + 1}`;
      const random = options.random.stream(name);
      const program = new SensorProgram({ point, random, scale: TIME_SCALE });
      park.#devices.push(await deviceOf(options, { name, kind: "sensor", program, random }));
    }
    for (const device of park.#devices) await device.start();
    return park;
  }

  get devices(): readonly SimulatedDevice[] {
    return this.#devices;
  }

  [Symbol.dispose](): void {
    for (const device of this.#devices) device.stop();
  }
}

async function deviceOf(
  options: DeviceParkOptions,
  device: { name: string; kind: "collar" | "sensor"; program: DeviceProgram; random: Random },
): Promise<SimulatedDevice> {
  const { air, clock, plan } = options;
  const { name, kind, program, random } = device;
  const store = options.store.scope(name);
  const label = await labelOf(options, { name, kind, store });
  return new SimulatedDevice({
    ...{ air, clock, program, random, store },
    devEui: euiOf(label.devEui),
    joinEui: euiOf(label.joinEui),
    activation: { kind: "otaa", appKey: fromHex(label.appKey) },
    dataRate: plan.beacon.dataRate,
    powerDbm: DEVICE_POWER_DBM,
    gainDbi: DEVICE_GAIN_DBI,
    clutterDb: DEVICE_CLUTTER_DB,
  });
}

/** What is printed on the device; made with the router at the first start, kept by the device. */
async function labelOf(
  { router }: DeviceParkOptions,
  { name, kind, store }: { name: string; kind: "collar" | "sensor"; store: Store },
): Promise<Label> {
  const key = utf8("label");
  const kept = store.get(key);
  if (kept !== undefined) return JSON.parse(fromUtf8(kept));
  const [owner] = router.owners.all();
  if (owner === undefined) throw new Error("the router has no owner yet");
  const application = await router.owners.addApplication(owner, APPLICATION_NAME);
  if ("refused" in application) throw refusedFault(name, application.refused);
  const codec = kind === "collar" ? "collar" : "cayenne-lpp";
  const added = await router.deviceService.add(application, {
    ...{ name, kind, codec },
    activation: { kind: "otaa" },
  });
  if ("refused" in added) throw refusedFault(name, added.refused);
  if (added.keys.kind !== "otaa") throw new Error("asked for OTAA");
  const { devEui, joinEui } = added.entry.device;
  const label = { devEui, joinEui, appKey: added.keys.appKey };
  await store.commit([{ key, value: utf8(JSON.stringify(label)) }]);
  return label;
}

function euiOf(text: string): bigint {
  const eui = parseEui(text);
  if (eui === undefined) throw new Error(`the router gave a malformed EUI: ${text}`);
  return eui;
}

function refusedFault(device: string, reason: string): Fault {
  const advice = `The router refused ${device} (${reason}): move the data folder away to start anew.`;
  return new Fault({ code: "device-refused", device, reason, advice });
}
