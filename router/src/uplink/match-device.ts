/** Whose frame is it? Several devices may share a DevAddr, so the MIC decides. */
import { checkDataMic } from "@katydid/protocol";
import type { DeviceEntry, DeviceSession } from "../device.ts";
import { counterCandidates } from "./frame-counter.ts";

export interface DeviceMatch {
  readonly entry: DeviceEntry;
  readonly session: DeviceSession;
  readonly fCnt: number;
}

/** The session whose key and counter the MIC holds under, or undefined. */
export function matchDevice(
  entries: readonly DeviceEntry[],
  frame: { readonly phyPayload: Uint8Array; readonly devAddr: number; readonly fCnt16: number },
): DeviceMatch | undefined {
  for (const entry of entries) {
    for (const session of [entry.session, entry.pending]) {
      if (session === undefined || session.devAddr !== frame.devAddr) continue;
      const fCnt = matchSession(session, frame);
      if (fCnt !== undefined) return { entry, session, fCnt };
    }
  }
  return undefined;
}

function matchSession(
  session: DeviceSession,
  frame: { readonly phyPayload: Uint8Array; readonly fCnt16: number },
): number | undefined {
  const { nwkSKey } = session.keys;
  for (const fCnt32 of counterCandidates(session.fCntUp, frame.fCnt16)) {
    if (checkDataMic({ phyPayload: frame.phyPayload, nwkSKey, fCnt32 })) return fCnt32;
  }
  return undefined;
}
