/**
 * What a further copy of known bytes is. Nothing in the frame itself tells a copy that is late from
 * one that a device sent again; time and the hotspot do.
 */
import type { Address } from "@katydid/protocol";
import type { Transmission } from "./frame.ts";

export type CopyVerdict =
  /** Within the window, from another hotspot, and fewer than maxCopies were bought. */
  | "wanted"
  /** The device sent it again, as its class of frame may. */
  | "retransmission"
  /** The same bytes again from a hotspot that brought them already. */
  | "replay"
  | "late"
  | "copies-bought";

export interface CopyFacts {
  readonly hotspot: Address;
  /** Router's time, ms. */
  readonly now: number;
  /** When the hotspot says it received it, ms. */
  readonly heardAt: number;
  readonly windowMs: number;
  readonly maxCopies: number;
  /** Transmissions that may still come; 0 where no further one is allowed. */
  readonly transmissionsLeft: number;
  readonly retransmissionMaxMs: number;
}

/**
 * Order of precedence: retransmission, replay, late, copies-bought.
 *
 * A device repeats a frame only after its receive windows, RX2 opening 2 s after the uplink
 * (LoRaWAN L2 1.0.3 §18, §5.3 NbTrans), and copies are bought for 2 s: so what comes within the
 * window is a copy. After it, a hotspot that had the frame has heard it again. One that had not
 * may be late or may have heard the repetition: its own time of reception decides, which can win a
 * liar nothing, since neither is paid.
 */
export function judgeCopy(known: Transmission, facts: CopyFacts): CopyVerdict {
  const again = known.receptions.some(({ link }) => link.address === facts.hotspot);
  const age = facts.now - known.firstAt;
  if (age <= facts.windowMs) {
    if (again) return "replay";
    return known.bought.length < facts.maxCopies ? "wanted" : "copies-bought";
  }
  const heardWithFirst = Math.abs(facts.heardAt - known.heardAt) <= facts.windowMs;
  const repeats = facts.transmissionsLeft > 0 && age <= facts.retransmissionMaxMs;
  if (repeats && !heardWithFirst) return "retransmission";
  return again ? "replay" : "late";
}
