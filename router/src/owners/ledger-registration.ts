/**
 * What the ledger says of this router, so that hotspots route to it: the EUI filter of its devices
 * and the slabs of its addresses. Changes are gathered, since each costs a fee. Where no owner's key
 * is given, others keep it.
 */
import type { LedgerClient, RouterView } from "@katydid/ledger/client";
import type { Clock, Log, Timer } from "@katydid/platform";
import { type Address, buildEuiFilter, equalBytes, type Params } from "@katydid/protocol";
import type { DeviceEntry } from "../device.ts";
import { type AddressPool, DEVICES_PER_ADDRESS_AIM } from "../downlink/address-pool.ts";
import type { Sender } from "../payment/channel-keeper.ts";

export interface LedgerRegistrationOptions {
  readonly router: Address;
  readonly params: Params;
  readonly ledger: Pick<LedgerClient, "routers">;
  readonly ownerSender: Sender | undefined;
  readonly devices: { all(): Iterable<DeviceEntry>; readonly size: number };
  readonly addresses: AddressPool;
  readonly clock: Clock;
  readonly log: Log;
}

/** Devices that are entered within this time share one transaction, ms. */
const GATHER_MS = 2_000;
const RETRY_MS = 30_000;
/** Slabs that one transaction adds at most (transaction-codec.ts). */
const SLABS_PER_UPDATE_MAX = 4096;

export class LedgerRegistration {
  readonly #options: LedgerRegistrationOptions;
  #view: RouterView | undefined;
  #timer: Timer | undefined;

  constructor(options: LedgerRegistrationOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { ledger, router, log } = this.#options;
    const view = (await ledger.routers()).find(({ address }) => address === router);
    if (view !== undefined) return this.onRouter(view);
    log.warn({ router }, "the ledger does not know this router: no hotspot will forward to it");
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** The ledger says that a router changed; only the own one matters. */
  onRouter(view: RouterView): void {
    if (view.address !== this.#options.router) return;
    this.#view = view;
    this.#options.addresses.setSlabs(view.slabs);
    this.devicesChanged();
  }

  /** Devices came or went: what the ledger should say is looked at soon. */
  devicesChanged(): void {
    this.#later(GATHER_MS);
  }

  #later(delayMs: number): void {
    this.#timer ??= this.#options.clock.after(delayMs, () => {
      this.#timer = undefined;
      void this.#update();
    });
  }

  async #update(): Promise<void> {
    const { ownerSender, router, log } = this.#options;
    const view = this.#view;
    if (ownerSender === undefined || view === undefined) return;
    const filter = this.#filter();
    const addSlabs = this.#slabsWanted();
    if (filter === undefined) {
      log.error({ devices: this.#options.devices.size }, "too many devices for one EUI filter");
      return;
    }
    if (equalBytes(filter, view.filter) && addSlabs === 0) return;
    const { endpoints } = view;
    try {
      const body = { kind: "update-router", router, endpoints, filter, addSlabs } as const;
      const outcome = await ownerSender.send(body);
      if (outcome.outcome === "accepted") {
        log.info({ filterBytes: filter.length, addSlabs }, "router update on its way");
        return;
      }
      log.error({ ...outcome }, "the ledger refused this router's update: joins may not arrive");
    } catch (cause) {
      log.warn({ cause: String(cause) }, "router not updated: the ledger is away");
    }
    this.#later(RETRY_MS);
  }

  #filter(): Uint8Array | undefined {
    const pairs = [];
    for (const { device } of this.#options.devices.all()) {
      if (device.appKey === undefined) continue;
      const [joinEui, devEui] = [BigInt(`0x${device.joinEui}`), BigInt(`0x${device.devEui}`)];
      pairs.push({ joinEui, devEui });
    }
    return buildEuiFilter(pairs);
  }

  #slabsWanted(): number {
    const { addresses, devices, params } = this.#options;
    const lacking = Math.ceil(devices.size / DEVICES_PER_ADDRESS_AIM) - addresses.size;
    if (lacking <= 0) return 0;
    return Math.min(SLABS_PER_UPDATE_MAX, Math.ceil(lacking / params.slabAddresses));
  }
}
