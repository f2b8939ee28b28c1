/** Submitting what has a deadline: again while the ledger is away, and after some refusals. */
import type { BodyWithoutCommon } from "@katydid/ledger/client";
import type { ChallengeContext } from "./context.ts";

/** Times that one transaction is offered. */
const ATTEMPTS_MAX = 20;
/** Refusals that pass by themselves. */
const PASSING = new Set(["nonce-mismatch", "mempool-full", "queue-full", "busy"]);

export interface SubmitUntil {
  readonly body: BodyWithoutCommon;
  /** Protocol time after which it makes no sense. */
  readonly untilMs: number;
  readonly everyMs: number;
  /** Asked before each attempt. Default: it always is. */
  readonly isWorthwhile?: () => boolean;
}

/** It was not worth while any more. */
export const NOT_WORTHWHILE = "not-worthwhile";

/** undefined: accepted. Else why not, `away` where nobody answered in time. */
export async function submitUntil(
  context: Pick<ChallengeContext, "send" | "clock" | "protocolClock" | "log">,
  { body, untilMs, everyMs, isWorthwhile = () => true }: SubmitUntil,
): Promise<string | undefined> {
  const { send, clock, protocolClock, log } = context;
  let reason = "away";
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (attempt > 0) {
      if (protocolClock.now() + everyMs > untilMs) return reason;
      await clock.sleep(everyMs);
    }
    if (!isWorthwhile()) return NOT_WORTHWHILE;
    try {
      const outcome = await send(body);
      if (outcome.outcome === "accepted") return undefined;
      reason = outcome.reason;
      if (!PASSING.has(reason)) return reason;
    } catch (cause) {
      log.debug({ kind: body.kind, cause: String(cause) }, "the ledger does not answer");
    }
  }
  return reason;
}
