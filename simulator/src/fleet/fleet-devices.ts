/**
 * The devices of a fleet: collars that join, sensors with keys from the factory, all of one owner.
 */
import { fromHex, parseDevAddr, parseEui } from "@katydid/protocol";
import type { DeviceKeys, NewDevice, Router } from "@katydid/router";
import type { Air } from "../air/air.ts";
import type { Point } from "../air/geometry.ts";
import { CollarProgram } from "../device/collar.ts";
import type { DeviceProgram } from "../device/program.ts";
import { SensorProgram } from "../device/sensor.ts";
import { type Activation, SimulatedDevice } from "../device/simulated-device.ts";
import { type City, DEVICE_CLUTTER_DB, DEVICE_GAIN_DBI, DEVICE_POWER_DBM } from "../scenario.ts";
import type { World } from "../world/world.ts";
import { COLLARS_PER_HUNDRED } from "./options.ts";

/** Has no factor in common with 100, so that any first few devices are of both kinds. */
const SPREAD = 37;

interface Setting {
  readonly world: World;
  readonly air: Air;
  readonly city: City;
  readonly router: Router;
}

/** Adds the devices to the router, and starts them. */
export async function fleetDevices(setting: Setting): Promise<readonly SimulatedDevice[]> {
  const { world, city, router } = setting;
  const { owner } = must(await router.owners.addOwner("fleet"));
  const application = must(await router.owners.addApplication(owner, "devices"));
  const devices: SimulatedDevice[] = [];
  for (const [index, point] of city.devices.entries()) {
    const isCollar = (index * SPREAD) % 100 < COLLARS_PER_HUNDRED;
    const { newDevice, program } = isCollar
      ? collar(setting, { index, home: point })
      : sensor(setting, { index, point });
    const { entry, keys } = must(await router.deviceService.add(application, newDevice));
    devices.push(
      new SimulatedDevice({
        devEui: parseEui(entry.device.devEui) ?? 0n,
        joinEui: parseEui(entry.device.joinEui) ?? 0n,
        activation: activationOf(keys),
        program,
        air: setting.air,
        clock: world.clock,
        random: world.random(`device ${index}`),
        store: world.store(`device ${index}`),
        dataRate: setting.air.plan.beacon.dataRate,
        powerDbm: DEVICE_POWER_DBM,
        gainDbi: DEVICE_GAIN_DBI,
        clutterDb: DEVICE_CLUTTER_DB,
      }),
    );
  }
  for (const device of devices) await device.start();
  return devices;
}

interface Made {
  readonly newDevice: NewDevice;
  readonly program: DeviceProgram;
}

function collar({ world, air }: Setting, at: { index: number; home: Point }): Made {
  const random = world.random(`collar ${at.index}`);
  const startMs = world.clock.now();
  return {
    newDevice: { name: `dog-${at.index}`, codec: "collar", activation: { kind: "otaa" } },
    program: new CollarProgram({ plane: air.plane, home: at.home, random, startMs }),
  };
}

function sensor({ world }: Setting, at: { index: number; point: Point }): Made {
  const random = world.random(`sensor ${at.index}`);
  return {
    newDevice: { name: `sensor-${at.index}`, codec: "cayenne-lpp", activation: { kind: "abp" } },
    program: new SensorProgram({ point: at.point, random }),
  };
}

function activationOf(keys: DeviceKeys): Activation {
  if (keys.kind === "otaa") return { kind: "otaa", appKey: fromHex(keys.appKey) };
  const { devAddr, nwkSKey, appSKey } = keys;
  return {
    kind: "abp",
    devAddr: parseDevAddr(devAddr) ?? 0,
    keys: { nwkSKey: fromHex(nwkSKey), appSKey: fromHex(appSKey) },
  };
}

/** A fleet's own set-up is never refused; if it is, that is a bug. */
function must<T extends object>(outcome: T): Exclude<T, { readonly refused: string }> {
  if ("refused" in outcome) throw new Error(`the router refused: ${outcome.refused}`);
  // `in` does not narrow a type parameter.
  return outcome as Exclude<T, { readonly refused: string }>;
}
