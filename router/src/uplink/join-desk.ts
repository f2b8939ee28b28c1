/**
 * Join requests (LoRaWAN L2 1.0.x §6.2): a DevNonce that was used once is never accepted again, on
 * disk before the accept leaves. Bought for 0 DC, so every hotspot that hears one may bring it.
 *
 * Refusals in order: unknown-device, mic-invalid, replay, late, copies-bought.
 */
import {
  checkJoinRequestMic,
  euiText,
  type JoinRequestFrame,
  type Packet,
  type Params,
} from "@katydid/protocol";
import type { DeviceEntry } from "../device.ts";
import { COPIES_MAX } from "../limits.ts";
import type { HotspotLink } from "../sessions/hotspot-link.ts";
import { judgeCopy } from "./copies.ts";
import type { JoinFrame } from "./join-frame.ts";
import { boughtFor, declined, type Outcome } from "./outcomes.ts";

export interface JoinDeskOptions {
  readonly params: Params;
  readonly devices: {
    get(devEui: string): DeviceEntry | undefined;
    useNonce(entry: DeviceEntry, devNonce: number): "fresh" | "used";
  };
  /** Answered when its copies are gathered. */
  readonly onJoin: (join: JoinFrame) => void;
}

export interface JoinPacket {
  readonly link: HotspotLink;
  readonly packet: Packet;
  readonly request: JoinRequestFrame;
  /** Router's time, ms. */
  readonly now: number;
}

export class JoinDesk {
  readonly #options: JoinDeskOptions;
  constructor(options: JoinDeskOptions) {
    this.#options = options;
  }

  decide(input: JoinPacket): Outcome {
    const { link, packet, request, now } = input;
    const { devices, onJoin } = this.#options;
    const { phyPayload } = packet;
    const entry = devices.get(euiText(request.devEui));
    const appKey = entry?.device.appKey;
    if (entry === undefined || appKey === undefined) return declined("unknown-device");
    if (entry.device.joinEui !== euiText(request.joinEui)) return declined("unknown-device");
    if (!checkJoinRequestMic({ phyPayload, appKey })) return declined("mic-invalid");
    const known = entry.join;
    if (known?.devNonce === request.devNonce) return this.#copy(input, known);
    if (devices.useNonce(entry, request.devNonce) === "used") return declined("replay");
    const join: JoinFrame = {
      entry,
      devNonce: request.devNonce,
      phyPayload,
      firstAt: now,
      heardAt: packet.receivedAt,
      receptions: [{ link, radio: packet, at: now, dc: 0 }],
      bought: [link.address],
    };
    entry.join = join;
    entry.lastSeenAt = now;
    onJoin(join);
    return boughtFor(0);
  }

  #copy({ link, packet, now }: JoinPacket, known: JoinFrame): Outcome {
    const verdict = judgeCopy(known, {
      hotspot: link.address,
      now,
      heardAt: packet.receivedAt,
      windowMs: this.#options.params.copyWindowMs,
      maxCopies: this.#options.params.maxCopiesMax,
      // A device that asks again takes another DevNonce.
      transmissionsLeft: 0,
      retransmissionMaxMs: 0,
    });
    if (verdict !== "wanted") {
      return declined(verdict === "retransmission" ? "replay" : verdict, known.bought);
    }
    known.bought.push(link.address);
    if (known.receptions.length < COPIES_MAX) {
      known.receptions.push({ link, radio: packet, at: now, dc: 0 });
    }
    return boughtFor(0);
  }
}
