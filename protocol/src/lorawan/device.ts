/** The device's side of a session: what it makes of a downlink. The simulated devices run on it. */
import { checkDataMic, decryptPayload, type LorawanKeys } from "./data-frame.ts";
import { type DataFrame, parseFrame } from "./frame.ts";
import { type FrameCounter, reconstructFrameCounter } from "./frame-counter.ts";

export type OpenedDownlink =
  | {
      readonly outcome: "accepted";
      readonly frame: DataFrame;
      readonly fCnt32: number;
      /** In the clear; MAC commands where `frame.fPort` is 0. */
      readonly payload: Uint8Array;
    }
  | {
      readonly outcome: "refused";
      /** Ordered: the first that applies is the one reported. */
      readonly reason: "not-downlink" | "not-mine" | "old-counter" | "mic-invalid";
    };

/**
 * Opens a downlink for the device with this address and session. `lastFCnt` is the counter of the
 * last downlink accepted, undefined before the first.
 */
export function openDownlink(input: {
  readonly phyPayload: Uint8Array;
  readonly devAddr: number;
  readonly keys: LorawanKeys;
  readonly lastFCnt: number | undefined;
}): OpenedDownlink {
  const { phyPayload, devAddr, keys, lastFCnt } = input;
  const frame = parseFrame(phyPayload);
  if (frame.kind !== "data-down") return { outcome: "refused", reason: "not-downlink" };
  if (frame.devAddr !== devAddr) return { outcome: "refused", reason: "not-mine" };
  const counter: FrameCounter = reconstructFrameCounter({ last: lastFCnt, fCnt16: frame.fCnt16 });
  if (counter.outcome !== "next") return { outcome: "refused", reason: "old-counter" };
  const { fCnt32 } = counter;
  if (!checkDataMic({ phyPayload, nwkSKey: keys.nwkSKey, fCnt32 })) {
    return { outcome: "refused", reason: "mic-invalid" };
  }
  return { outcome: "accepted", frame, fCnt32, payload: decryptPayload({ frame, keys, fCnt32 }) };
}
