/** Join accepts: a JoinNonce that never repeats, a DevAddr of our slabs, session keys. */
import type { Clock, Log, Random } from "@katydid/platform";
import {
  buildJoinAccept,
  type Downlink,
  deriveSessionKeys,
  milliseconds,
  type Params,
} from "@katydid/protocol";
import type { DeviceEntry, DeviceSession } from "../device.ts";
import { uuidText } from "../events/chirpstack-json.ts";
import type { JoinEvent } from "../events/events.ts";
import type { Reception } from "../uplink/frame.ts";
import type { JoinFrame } from "../uplink/join-frame.ts";
import type { AddressPool } from "./address-pool.ts";
import { receiveWindows } from "./link-choice.ts";

export interface JoinAnswersOptions {
  readonly params: Params;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly addresses: AddressPool;
  readonly devices: { offer(entry: DeviceEntry, session: DeviceSession): void };
}

export interface JoinAnswer {
  readonly downlink: Omit<Downlink, "downlink">;
  readonly event: JoinEvent;
}

/** 24 bits. */
const JOIN_NONCE_MAX = 0xff_ffff;
const RX_DELAY_SECONDS = 1;

export class JoinAnswers {
  readonly #options: JoinAnswersOptions;
  constructor(options: JoinAnswersOptions) {
    this.#options = options;
  }

  /** The accept for a request, its session into the batch; undefined where there is none to give. */
  answer(join: JoinFrame, reception: Reception): JoinAnswer | undefined {
    const { params, clock, random, log, addresses, devices } = this.#options;
    const { entry, devNonce } = join;
    const { plan } = reception.link;
    const { appKey, devEui } = entry.device;
    const held = entry.session?.devAddr;
    const devAddr = held !== undefined && addresses.has(held) ? held : addresses.pick();
    if (appKey === undefined || devAddr === undefined) {
      log.error({ devEui }, "join unanswered: the router has no device addresses (slabs) left");
      return undefined;
    }
    if (entry.joinNonce >= JOIN_NONCE_MAX) {
      log.error(
        { devEui },
        "join unanswered: give the device another AppKey, its nonces are used up",
      );
      return undefined;
    }
    const delays = { rx1Us: plan.joinAcceptDelay1Us, rx2Us: plan.joinAcceptDelay2Us };
    // A join accept is no data frame: the bound on payloads does not touch it.
    const windows = receiveWindows({ reception, delays, payloadBytes: 0 });
    if (windows === undefined) return undefined;
    // A counter, as 1.0.4 asks; a device of an older version takes it for random.
    entry.joinNonce++;
    const netId = netIdOf(params.devAddrBase);
    const nonces = { joinNonce: entry.joinNonce, netId };
    const session: DeviceSession = {
      devAddr,
      keys: deriveSessionKeys({ appKey, devNonce, ...nonces }),
      startedAt: milliseconds(clock.now()),
      fCntUp: -1,
      lastMic: 0,
      fCntDown: 0,
      latest: undefined,
      previous: undefined,
    };
    devices.offer(entry, session);
    const phyPayload = buildJoinAccept({
      appKey,
      devAddr,
      ...nonces,
      rx1DrOffset: 0,
      rx2DataRate: plan.rx2DataRateIndex,
      rxDelaySeconds: RX_DELAY_SECONDS,
      ...(plan.cfList === null ? {} : { cfList: plan.cfList }),
    });
    log.info({ devEui, devAddr, hotspot: reception.link.address }, "join accepted");
    return {
      downlink: { ...windows, kind: "downlink", phyPayload },
      event: {
        kind: "join",
        id: uuidText(random.bytes(16)),
        at: milliseconds(clock.now()),
        device: entry.device,
        devAddr,
        region: plan.name,
      },
    };
  }
}

/**
 * NetID of addresses that begin with AddrPrefix 0 and a 6-bit NwkID: the NwkID itself (LoRaWAN
 * Backend Interfaces 1.0 §12, type 0). 0x48000000 is NwkID 0x24.
 */
function netIdOf(devAddrBase: number): number {
  return (devAddrBase >>> 25) & 0x3f;
}
