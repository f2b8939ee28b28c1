import assert from "node:assert/strict";
import { test } from "node:test";
import { paramsByName, presetNames } from "@katydid/protocol";
import { policyFor } from "./policy.ts";

/** From submission to a block at most, in blocks: one that is just being made, and the next. */
const BLOCKS = 2;

for (const name of presetNames) {
  test(`${name}: an unknown router may owe what it takes to vouch`, () => {
    const params = paramsByName(name);
    const { creditStartDc, creditAheadDc } = policyFor(params);
    // It vouches when a step is owed; meanwhile frames are under way, of 11 DC at most.
    const dearestDc = Math.ceil(255 / 24);
    assert.ok(creditStartDc >= Number(params.voucherStepDc) + 2 * creditAheadDc + dearestDc);
    assert.ok(creditStartDc <= Number(params.creditLimitDc));
    assert.ok(Number.isInteger(creditAheadDc) && creditAheadDc >= dearestDc);
  });

  test(`${name}: who heard the last beacon that is obeyed has committed before a reveal`, () => {
    const params = paramsByName(name);
    const policy = policyFor(params);
    const timeoutMs = params.challengeTimeoutSeconds * 1000;
    const blockMs = params.blockSecondsBusy * 1000;
    const lastOrderMs = policy.resendAfterMs.at(-1) ?? 0;
    assert.ok(lastOrderMs + blockMs <= policy.obeyWithinMs, "an honest order comes in time");
    const committedMs = policy.obeyWithinMs + policy.commitAfterMs + BLOCKS * blockMs;
    const revealMs = params.revealAfterSeconds * 1000;
    assert.ok(committedMs <= timeoutMs - policy.revealBeforeDeadlineMs);
    if (revealMs > 0) assert.ok(committedMs <= revealMs, "nor a hasty one");
    assert.ok(
      revealMs <= timeoutMs - policy.revealBeforeDeadlineMs,
      "an honest one is not refused",
    );
    assert.ok(lastOrderMs > 0 && policy.commitAfterMs > 0);
    assert.ok(policy.commitWithinMs >= policy.commitAfterMs + BLOCKS * blockMs);
  });
}
