/** What each subject of the vectors runs. */
import type { Fields } from "./input.ts";
import {
  densityScale,
  distance,
  freeSpaceBound,
  rewardUnits,
  verdict,
} from "./subjects/coverage.ts";
import {
  bytesToDc,
  channelSettle,
  epochPayout,
  priceMedian,
  voucherPair,
} from "./subjects/money.ts";
import { cayenneLpp, gwmpDatagram, loraAirtime, lorawanFrame } from "./subjects/radio.ts";

/** Answers a case with shipped code. Throws Refused (input.ts) or a Fault for what is refused. */
export type Subject = (input: Fields) => unknown;

export const subjects: ReadonlyMap<string, Subject> = new Map<string, Subject>([
  ["cayenne-lpp", cayenneLpp],
  ["channel-settle", channelSettle],
  ["dc-for-bytes", bytesToDc],
  ["density-scale", densityScale],
  ["epoch-payout", epochPayout],
  ["free-space-bound", freeSpaceBound],
  ["gwmp-datagram", gwmpDatagram],
  ["lora-airtime", loraAirtime],
  ["lorawan-frame", lorawanFrame],
  ["price-median", priceMedian],
  ["reward-units", rewardUnits],
  ["voucher-order", voucherPair],
  ["witness-distance", distance],
  ["witness-verdict", verdict],
]);
