/** What an owner can do with devices, for HTTP, the command line and fleets alike. */
import type { Clock, Log, Random } from "@katydid/platform";
import {
  fromHex,
  milliseconds,
  type Params,
  parseDevAddr,
  parseEui,
  toHex,
} from "@katydid/protocol";
import type { CodecName, Device, DeviceEntry, DeviceSession } from "../device.ts";
import type { AddressPool } from "../downlink/address-pool.ts";
import type { DownlinkQueue } from "../downlink/downlink-queue.ts";
import { NB_TRANS_MAX, TAGS_MAX } from "../limits.ts";
import type { AddRefusal, DeviceRegistry } from "./device-registry.ts";
import type { DeviceStatuses } from "./device-status.ts";
import type { Application } from "./owner-registry.ts";
import type { Trail } from "./trail.ts";

/** Hex as printed on a device: either case, most significant digit first. */
export interface NewDevice {
  readonly name: string;
  /** 16 digits; absent: one of our own making, locally administered. */
  readonly devEui?: string;
  readonly joinEui?: string;
  readonly codec?: CodecName;
  readonly kind?: string;
  readonly maxCopies?: number;
  readonly nbTrans?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** Keys that are not given are made. */
  readonly activation:
    | { readonly kind: "otaa"; readonly appKey?: string }
    | {
        readonly kind: "abp";
        readonly devAddr?: string;
        readonly nwkSKey?: string;
        readonly appSKey?: string;
      };
}

/** Shown once, in the answer that made the device. */
export type DeviceKeys =
  | { readonly kind: "otaa"; readonly appKey: string }
  | {
      readonly kind: "abp";
      readonly devAddr: string;
      readonly nwkSKey: string;
      readonly appSKey: string;
    };

export type DeviceRefusal =
  | AddRefusal
  | "dev-eui-malformed"
  | "join-eui-malformed"
  | "key-malformed"
  | "dev-addr-malformed"
  | "no-device-address"
  | "max-copies-out-of-range"
  | "nb-trans-out-of-range"
  | "too-many-tags";

export type Changes = Partial<
  Pick<Device, "name" | "codec" | "kind" | "maxCopies" | "nbTrans" | "tags">
>;

export interface DeviceServiceOptions {
  readonly params: Params;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly devices: DeviceRegistry;
  readonly addresses: AddressPool;
  readonly queue: DownlinkQueue;
  readonly statuses: DeviceStatuses;
  readonly trail: Trail;
  /** The set of devices, or their number of addresses, changed. */
  readonly onChanged: () => void;
}

const KEY_BYTES = 16;
const NO_JOIN_EUI = "0000000000000000";

export class DeviceService {
  readonly #options: DeviceServiceOptions;
  constructor(options: DeviceServiceOptions) {
    this.#options = options;
  }

  async add(
    application: Application,
    input: NewDevice,
  ): Promise<
    { readonly entry: DeviceEntry; readonly keys: DeviceKeys } | { readonly refused: DeviceRefusal }
  > {
    const { devices, clock, log, onChanged } = this.#options;
    const refused = this.#flaw(input);
    if (refused !== undefined) return { refused };
    const keys = this.#keys(input);
    if ("refused" in keys) return keys;
    const { codec = "none" } = input;
    const device: Device = {
      devEui: input.devEui?.toLowerCase() ?? this.#newEui(),
      joinEui: input.joinEui?.toLowerCase() ?? NO_JOIN_EUI,
      name: input.name,
      applicationId: application.id,
      codec,
      kind: input.kind ?? (codec === "collar" ? "collar" : "sensor"),
      activation: keys.kind,
      ...(keys.kind === "otaa" ? { appKey: fromHex(keys.appKey) } : {}),
      maxCopies: input.maxCopies ?? this.#options.params.maxCopiesDefault,
      nbTrans: input.nbTrans ?? 1,
      addedAt: milliseconds(Math.floor(clock.now())),
      tags: input.tags ?? {},
    };
    const session = keys.kind === "abp" ? sessionOf(keys, device) : undefined;
    const added = await devices.add(device, session);
    if ("refused" in added) return added;
    log.info({ devEui: device.devEui, activation: keys.kind }, "device added");
    onChanged();
    return { entry: added.entry, keys };
  }

  async change(
    entry: DeviceEntry,
    changes: Changes,
  ): Promise<{ refused: DeviceRefusal } | undefined> {
    const refused = this.#rangeFlaw({ ...entry.device, ...changes });
    if (refused !== undefined) return { refused };
    await this.#options.devices.update(entry, { ...entry.device, ...changes });
    return undefined;
  }

  async remove(entry: DeviceEntry): Promise<void> {
    const { devices, queue, statuses, trail, log, onChanged } = this.#options;
    const { devEui } = entry.device;
    await devices.remove(entry);
    statuses.forget(devEui);
    await queue.clear(devEui);
    await trail.remove(devEui);
    log.info({ devEui }, "device removed");
    onChanged();
  }

  #flaw(input: NewDevice): DeviceRefusal | undefined {
    if (input.devEui !== undefined && parseEui(input.devEui) === undefined) {
      return "dev-eui-malformed";
    }
    if (input.joinEui !== undefined && parseEui(input.joinEui) === undefined) {
      return "join-eui-malformed";
    }
    return this.#rangeFlaw(input);
  }

  #rangeFlaw(input: Pick<NewDevice, "maxCopies" | "nbTrans" | "tags">): DeviceRefusal | undefined {
    const { maxCopies = 1, nbTrans = 1, tags = {} } = input;
    const { maxCopiesMax } = this.#options.params;
    if (!isWithin(maxCopies, maxCopiesMax)) return "max-copies-out-of-range";
    if (!isWithin(nbTrans, NB_TRANS_MAX)) return "nb-trans-out-of-range";
    return Object.keys(tags).length > TAGS_MAX ? "too-many-tags" : undefined;
  }

  #keys({ activation }: NewDevice): DeviceKeys | { readonly refused: DeviceRefusal } {
    if (activation.kind === "otaa") {
      const appKey = this.#key(activation.appKey);
      return appKey === undefined ? { refused: "key-malformed" } : { kind: "otaa", appKey };
    }
    const nwkSKey = this.#key(activation.nwkSKey);
    const appSKey = this.#key(activation.appSKey);
    if (nwkSKey === undefined || appSKey === undefined) return { refused: "key-malformed" };
    const given = activation.devAddr;
    if (given !== undefined && parseDevAddr(given) === undefined) {
      return { refused: "dev-addr-malformed" };
    }
    const devAddr = given === undefined ? this.#options.addresses.pick() : parseDevAddr(given);
    if (devAddr === undefined) return { refused: "no-device-address" };
    if (!this.#options.addresses.has(devAddr)) {
      // Hotspots route by slabs; another network's address will not arrive here.
      this.#options.log.warn({ devAddr }, "device address outside of this router's slabs");
    }
    return { kind: "abp", devAddr: devAddr.toString(16).padStart(8, "0"), nwkSKey, appSKey };
  }

  #key(given: string | undefined): string | undefined {
    if (given === undefined) return toHex(this.#options.random.bytes(KEY_BYTES));
    return /^[0-9a-f]{32}$/i.test(given) ? given.toLowerCase() : undefined;
  }

  /** Locally administered, not a group address (IEEE 802: the two low bits of the first byte). */
  #newEui(): string {
    const bytes = this.#options.random.bytes(8);
    bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
    return toHex(bytes);
  }
}

function sessionOf(keys: Extract<DeviceKeys, { kind: "abp" }>, device: Device): DeviceSession {
  return {
    devAddr: Number.parseInt(keys.devAddr, 16),
    keys: { nwkSKey: fromHex(keys.nwkSKey), appSKey: fromHex(keys.appSKey) },
    startedAt: device.addedAt,
    fCntUp: -1,
    lastMic: 0,
    fCntDown: 0,
    latest: undefined,
    previous: undefined,
  };
}

const isWithin = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 1 && value <= most;
