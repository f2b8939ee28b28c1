/** Whether a target's receipt is of this challenge and says what the challenge prescribes. */
import {
  type ChallengeId,
  equalBytes,
  type SignedReceipt,
  signatureClaim,
} from "@katydid/protocol";
import { type Beacon, sameChallenge, type Targeted } from "./challenges.ts";
import type { Draft } from "./draft.ts";
import type { KindRefusal } from "./types.ts";

export function receiptRefusal(
  draft: Draft,
  input: { signed: SignedReceipt; challenge: ChallengeId; row: Targeted; beacon: Beacon },
): KindRefusal | undefined {
  const { signed, challenge, row, beacon } = input;
  const { target } = row.drawn;
  const mismatch = (field: string): KindRefusal => ({ reason: "receipt-mismatch", field });
  if (!sameChallenge(signed.challenge, challenge)) return mismatch("challenge");
  if (signed.target !== target) return mismatch("target");
  if (!equalBytes(signed.payloadHash, beacon.payloadHash)) return mismatch("payloadHash");
  if (signed.frequencyHz !== beacon.heard.frequencyHz) return mismatch("frequencyHz");
  if (signed.dataRate !== beacon.heard.dataRate) return mismatch("dataRate");
  const { chainId, verify } = draft.context;
  if (!verify(signatureClaim({ chainId, message: signed, by: target }))) {
    return { reason: "receipt-signature-invalid" };
  }
  return undefined;
}
