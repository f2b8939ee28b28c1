/**
 * Withholds acknowledgements from rivals and reveals as soon as its own gang has reported: before a
 * rival can know that it will not be acknowledged, and so before its commitment is in a block. Where
 * the ledger takes no reveal so early, it tries until it does. Against the same rule as withholding,
 * whose "before the reveal" leaves the moment to the challenger.
 */
import type { LedgerClient } from "@katydid/ledger/client";
import { decodeTransaction } from "@katydid/protocol";
import type { AgentParts, Gang, Strategy } from "../strategy.ts";
import { wrapLedger } from "../wrappers/wrapped-ledger.ts";
import { withholding } from "./withholding-challenger.ts";

/** The beacon is on the air for a second at most, and a report takes two hops of the internet. */
const REVEAL_AFTER_MS = 4000;
const TRY_AGAIN_MS = 2000;

export const hastyChallenger: Strategy = {
  name: "hasty-challenger",
  title: "Challenger that acknowledges no rival and reveals before they can commit",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => {
    const { wrapAgent } = withholding(gang, { revealAfterMs: REVEAL_AFTER_MS });
    return {
      wrapAgent: (parts, member) =>
        wrapAgent?.(insisting(parts, gang), member) ?? insisting(parts, gang),
    };
  },
};

/** A reveal that is refused is offered again until the challenge is over. */
function insisting(parts: AgentParts, { params }: Pick<Gang, "params">): AgentParts {
  const triesMax = Math.ceil((params.challengeTimeoutSeconds * 1000) / TRY_AGAIN_MS);
  const submit = async (bytes: Uint8Array, ledger: LedgerClient) => {
    let outcome = await ledger.submit(bytes);
    if (decodeTransaction(bytes).body.kind !== "challenge-receipts") return outcome;
    for (let tries = 1; outcome.outcome === "refused" && tries < triesMax; tries++) {
      await parts.clock.sleep(TRY_AGAIN_MS);
      outcome = await ledger.submit(bytes);
    }
    return outcome;
  };
  return { ...parts, ledger: wrapLedger(parts.ledger, { submit }) };
}
