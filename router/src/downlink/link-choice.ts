/** Through which hotspot a device hears best, and when and where it listens. */
import { type Downlink, type RegionPlan, tryParseDataRate } from "@katydid/protocol";
import type { Reception } from "../uplink/frame.ts";

/** Microseconds wrap at 2^32 (SX1302's counter). */
const COUNTER_TURN = 2 ** 32;

/**
 * The reception with the strongest signal proper: RSSI includes the noise, so below the noise floor
 * the SNR is added (as chirpstack and loraserver do). The first wins a tie: it was there first.
 */
export function bestReception(receptions: readonly Reception[]): Reception | undefined {
  let best: Reception | undefined;
  for (const reception of receptions) {
    if (best === undefined || strength(reception) > strength(best)) best = reception;
  }
  return best;
}

const strength = ({ radio }: Reception): number => radio.rssiDbm + Math.min(0, radio.snrDb);

export type Windows = Pick<
  Downlink,
  "frequencyHz" | "dataRate" | "powerDbm" | "counterUs" | "second"
>;

export interface WindowsInput {
  readonly reception: Reception;
  readonly delays: { readonly rx1Us: number; readonly rx2Us: number };
  /** Bytes of MACPayload without FPort's frame overhead: FOpts and FRMPayload. */
  readonly payloadBytes: number;
}

/**
 * RX1, with RX2 as the second chance; RX2 alone where RX1 has no channel or no room. Undefined where
 * the payload fits neither.
 */
export function receiveWindows(input: WindowsInput): Windows | undefined {
  const { reception, delays, payloadBytes } = input;
  const { radio, link } = reception;
  const { plan } = link;
  const rx1 = plan.rx1(radio.frequencyHz, radio.dataRate);
  const first =
    rx1 !== undefined && fits(plan, rx1.dataRate, payloadBytes)
      ? { ...rx1, counterUs: (radio.counterUs + delays.rx1Us) % COUNTER_TURN }
      : undefined;
  const second = fits(plan, plan.rx2.dataRate, payloadBytes)
    ? { ...plan.rx2, counterUs: (radio.counterUs + delays.rx2Us) % COUNTER_TURN }
    : undefined;
  if (first === undefined) return second;
  return second === undefined ? first : { ...first, second };
}

function fits(plan: RegionPlan, rate: Windows["dataRate"], payloadBytes: number): boolean {
  // Not dataRateIndex(): that one knows uplink rates, and RX2 of US915 is a downlink's.
  const most = plan.maxPayload[plan.dataRates.indexOf(rate)];
  return most !== undefined && payloadBytes <= most;
}

/** For a check of links: bandwidth and spreading factor, or undefined for FSK. */
export const spreadingFactorOf = (reception: Reception): number | undefined =>
  tryParseDataRate(reception.radio.dataRate)?.spreadingFactor;
