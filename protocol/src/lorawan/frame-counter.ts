/** From the 16 bits of a frame counter on the air to the 32 that MIC and encryption use. */
import { FCNT32_MAX } from "./data-frame.ts";

/** MAX_FCNT_GAP of LoRaWAN 1.0.x (RP002 "Default settings"). */
export const FCNT_GAP_MAX = 16_384;

export type FrameCounter =
  /** New: this is the counter if the MIC holds under it. `gap` frames are missing in between. */
  | { readonly outcome: "next"; readonly fCnt32: number; readonly gap: number }
  /** The last counter again: a retransmission, or a replay. */
  | { readonly outcome: "repeat"; readonly fCnt32: number }
  /** An old counter, if the MIC holds under `fCnt32`; else the frame is no one's. */
  | { readonly outcome: "refused"; readonly reason: "replay"; readonly fCnt32: number }
  /** More than `gapMax` frames are missing. */
  | { readonly outcome: "refused"; readonly reason: "gap"; readonly fCnt32: number };

/**
 * The counter that the low 16 bits stand for, given the last one that was accepted (undefined: none
 * yet, when any of the first 2^16 may come). A counter that falls back by up to half the range is
 * old, not a jump ahead of more than `gapMax`.
 */
export function reconstructFrameCounter(input: {
  readonly last: number | undefined;
  readonly fCnt16: number;
  readonly gapMax?: number;
}): FrameCounter {
  const { last, fCnt16, gapMax = FCNT_GAP_MAX } = input;
  if (last === undefined) return { outcome: "next", fCnt32: fCnt16, gap: fCnt16 };
  const ahead = (fCnt16 - last) & 0xffff;
  if (ahead === 0) return { outcome: "repeat", fCnt32: last };
  const next = last + ahead;
  if (ahead <= gapMax && next <= FCNT32_MAX) {
    return { outcome: "next", fCnt32: next, gap: ahead - 1 };
  }
  const old = next - 0x1_0000;
  if (old >= 0) return { outcome: "refused", reason: "replay", fCnt32: old };
  return { outcome: "refused", reason: "gap", fCnt32: next };
}
