import assert from "node:assert/strict";
import { test } from "node:test";
import { paramsByName, presetNames } from "@katydid/protocol";
import { policyFor } from "./policy.ts";

/** From submission to a block at most, in blocks: one that is just being made, and the next. */
const BLOCKS = 2;

for (const name of presetNames) {
  test(`${name}: who heard the last beacon that is obeyed has committed before a reveal`, () => {
    const params = paramsByName(name);
    const policy = policyFor(params);
    const timeoutMs = params.challengeTimeoutSeconds * 1000;
    const blockMs = params.blockSecondsBusy * 1000;
    const lastOrderMs = policy.resendAfterMs.at(-1) ?? 0;
    assert.ok(lastOrderMs + blockMs <= policy.obeyWithinMs, "an honest order comes in time");
    const committedMs = policy.obeyWithinMs + policy.commitAfterMs + BLOCKS * blockMs;
    assert.ok(committedMs <= timeoutMs - policy.revealBeforeDeadlineMs);
    assert.ok(policy.commitWithinMs >= policy.commitAfterMs + BLOCKS * blockMs);
  });
}
