/**
 * Transmits what a router asks for, tries the second window where the first is refused, and tells
 * what became of it. Only downlinks (LoRaWAN L2 1.0.4 §4.2.1: MType 001, 011, 101) leave here: a
 * router must not make a hotspot chirp a beacon. Nor may it make one louder than its region's
 * downlinks: the law asks the hotspot's owner, not the router.
 */
import type { Concentrator, TransmitRequest } from "@katydid/firmware";
import type { Log } from "@katydid/platform";
import { type Downlink, type DownlinkOutcome, tryRegionPlan } from "@katydid/protocol";
import { DOWNLINKS_MAX } from "../limits.ts";

const MTYPE_JOIN_ACCEPT = 1;
const MTYPE_DATA_DOWN = 3;
const MTYPE_CONFIRMED_DATA_DOWN = 5;

export interface DownlinksOptions {
  readonly concentrator: Concentrator;
  readonly log: Log;
  /** Name of the hotspot's region; while it is not known nothing is transmitted. */
  readonly region: () => string;
  readonly count: (outcome: "transmitted" | "second-window" | "refused") => void;
}

export class Downlinks {
  readonly #options: DownlinksOptions;
  #underWay = 0;

  constructor(options: DownlinksOptions) {
    this.#options = options;
  }

  async transmit(downlink: Downlink): Promise<DownlinkOutcome> {
    const { concentrator, count, log } = this.#options;
    const refuse = (refusal: string): DownlinkOutcome => {
      count("refused");
      log.info({ downlink: downlink.downlink, refusal }, "downlink refused");
      return outcomeOf(downlink, { refusal, window: downlink.second === undefined ? 1 : 2 });
    };
    if (!isDownlink(downlink.phyPayload)) return refuse("not-a-downlink");
    if (this.#isTooLoud(downlink)) return refuse("power-unsupported");
    if (this.#underWay >= DOWNLINKS_MAX) return refuse("busy");
    this.#underWay++;
    try {
      const first = await concentrator.transmit(requestOf(downlink, downlink));
      if (first.outcome === "accepted") {
        count("transmitted");
        return outcomeOf(downlink, { refusal: "", window: 1 });
      }
      if (downlink.second === undefined) return refuse(first.reason);
      const second = await concentrator.transmit(requestOf(downlink, downlink.second));
      if (second.outcome === "refused") return refuse(second.reason);
      count("second-window");
      return outcomeOf(downlink, { refusal: "", window: 2 });
    } finally {
      this.#underWay--;
    }
  }

  #isTooLoud({ powerDbm, second }: Downlink): boolean {
    const plan = tryRegionPlan(this.#options.region());
    if (plan === undefined) return true;
    const most = Math.max(plan.downlinkPowerDbm, plan.rx2.powerDbm);
    return powerDbm > most || (second !== undefined && second.powerDbm > most);
  }
}

function outcomeOf(
  downlink: Downlink,
  rest: Pick<DownlinkOutcome, "refusal" | "window">,
): DownlinkOutcome {
  return { kind: "downlink-outcome", downlink: downlink.downlink, ...rest };
}

function isDownlink(phyPayload: Uint8Array): boolean {
  const mtype = (phyPayload[0] ?? 0) >> 5;
  return (
    mtype === MTYPE_JOIN_ACCEPT || mtype === MTYPE_DATA_DOWN || mtype === MTYPE_CONFIRMED_DATA_DOWN
  );
}

type Window = Pick<Downlink, "frequencyHz" | "dataRate" | "powerDbm" | "counterUs">;

function requestOf({ phyPayload }: Downlink, window: Window): TransmitRequest {
  const { frequencyHz, dataRate, powerDbm, counterUs } = window;
  return {
    payload: phyPayload,
    frequencyHz,
    dataRate,
    codingRate: "4/5",
    powerDbm,
    invertPolarity: true,
    crc: false,
    when: counterUs === undefined ? { kind: "immediate" } : { kind: "at-counter", counterUs },
  };
}
