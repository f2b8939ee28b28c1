import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { classifierNames, verdictReasons } from "@katydid/protocol";
import { challengerReasons } from "../client/index.ts";
import {
  type ChallengeEntry,
  challengeWords,
  classifierWords,
  type HotspotNumbers,
  PENALTIES_TOLD_MAX,
  penaltyWords,
  spanWords,
  standingWords,
  verdictWords,
  whyOf,
} from "./index.ts";

const SELF = "self";
const hotspot: HotspotNumbers = {
  bond: 40_000_000_000n,
  bonded: true,
  cell: "8c283082a3a31ff",
  active: true,
  densityScale: "1.0000",
  reciprocity: { asBeaconer: "met", asWitness: "met" },
  earned: { data: 0n, coverage: 0n, held: 0n },
};
const settled = (parts: Partial<ChallengeEntry> = {}): ChallengeEntry => ({
  state: "settled",
  challenger: "challenger",
  target: "target",
  receipt: {},
  witnesses: [],
  beaconerUnits: "1.0000",
  densityScale: "1.0000",
  ...parts,
});
const report = (parts: object = {}) => ({
  witness: SELF,
  verdict: "invalid" as const,
  units: "0.0000",
  held: false,
  selected: false,
  rssiDbm: -100,
  boundDbm: -80,
  distanceMeters: 2500,
  ...parts,
});

describe("verdictWords", () => {
  it("has a sentence of its own for every reason of the verdict table", () => {
    const texts = new Set<string>();
    for (const reason of verdictReasons) {
      const text = verdictWords(report({ reason }));
      assert.match(text, /^Not paid: .+\.$/, reason);
      assert.doesNotMatch(text, /the challenger's word/, reason);
      texts.add(text);
    }
    assert.equal(texts.size, verdictReasons.length);
  });
  it("names the numbers that led to it", () => {
    const text = verdictWords(report({ reason: "rssi-above-bound", rssiDbm: -60.5 }));
    assert.match(text, /-60\.5 dBm is stronger than the -80\.0 dBm .* 2\.5 km/);
  });
  it("says when a valid report is not paid", () => {
    const valid = { reason: undefined, verdict: "valid" as const };
    const passed = (parts: object) => verdictWords(report({ ...valid, selected: false, ...parts }));
    assert.match(passed({ passedOver: "side-by-side" }), /Not paid: it stands within 8 cells/);
    assert.match(passed({ passedOver: "beyond-limit" }), /Not paid: 14 others came before it/);
    assert.match(passed({}), /Not paid: the target's receipt was not there/);
    assert.match(verdictWords(report({ ...valid, selected: true, held: true })), /held until/);
  });
});

describe("challengeWords", () => {
  it("takes a hotspot's best paid role", () => {
    const challenge = settled({ target: SELF, witnesses: [report({ witness: "other" })] });
    assert.equal(challengeWords(challenge, SELF).role, "beaconer");
    assert.equal(challengeWords(settled({ challenger: SELF }), SELF).role, "challenger");
  });
  it("tells a beaconer that nobody heard why it is not paid", () => {
    const words = challengeWords(settled({ target: SELF }), SELF);
    assert.equal(words.outcome, "unpaid");
    assert.match(words.text, /nobody witnessed it validly/);
  });
  it("tells a target whose receipt was not there", () => {
    const { receipt: _, ...without } = settled({ target: SELF });
    assert.match(challengeWords(without, SELF).text, /without this hotspot's receipt/);
  });
  it("has a sentence of its own for every reason why a challenger is not paid", () => {
    const texts = challengerReasons.map((challengerReason) => {
      const challenge = settled({ challenger: SELF, challengerUnits: "0.0000", challengerReason });
      const { outcome, text } = challengeWords(challenge, SELF);
      assert.equal(outcome, "unpaid", challengerReason);
      assert.match(text, /^Not paid: .+ .+\.$/, challengerReason);
      return text;
    });
    assert.equal(new Set(texts).size, challengerReasons.length);
    const paid = settled({
      challenger: SELF,
      challengerUnits: "1.0000",
      witnesses: [report({ witness: "other", verdict: "valid", reason: undefined })],
    });
    assert.deepEqual(challengeWords(paid, SELF), {
      role: "challenger",
      outcome: "paid",
      text: "It had 1 valid witness: 1 unit.",
    });
  });
  it("calls nothing final before the late window is over", () => {
    const valid = report({ reason: undefined, verdict: "valid", selected: true, units: "1.0000" });
    const challenge = settled({ state: "revealed", witnesses: [valid] });
    assert.equal(challengeWords(challenge, SELF).outcome, "pending");
  });
});

describe("standingWords", () => {
  it("finds nothing bad about a good one", () => {
    assert.deepEqual(
      standingWords(hotspot, 0).filter(({ mood }) => mood !== "good"),
      [],
    );
  });
  it("explains each classifier in words of its own", () => {
    assert.equal(new Set(classifierNames.map(classifierWords)).size, classifierNames.length);
  });
  it("says what a classification took and when it ends", () => {
    const classification = {
      classifier: "closed-cluster",
      score: 900,
      evidence: ["a", "b"],
      since: 0,
      until: 14 * 86_400_000,
      burned: 250_000_000n,
    };
    const texts = standingWords({ ...hotspot, classification }, 86_400_000 * 4).map(
      ({ text }) => text,
    );
    assert.match(texts[0] ?? "", /closed-cluster \(score 900 of 1000\) 4 days ago/);
    assert.match(texts[1] ?? "", /another 10 days.*2\.5 tokens/);
    assert.match(texts[2] ?? "", /2 edges/);
  });
  it("tells who left only that", () => {
    assert.equal(standingWords({ ...hotspot, leftAt: 0 }, 1000).length, 1);
  });
});

describe("whyOf", () => {
  it("sums what was burned by reason, and counts outcomes", () => {
    const why = whyOf({
      address: SELF,
      hotspot: { ...hotspot, earned: { data: "0", coverage: "0", held: "500000000" } },
      protocolTime: 1000,
      penalties: [{ reason: "silence", motes: "200000000", blockTime: 0 }],
      rewards: [
        { epoch: 3, kind: "witness", motes: "100000000", state: "burned", reason: "flat-signal" },
        { epoch: 2, kind: "beaconer", motes: "50000000", state: "burned", reason: "flat-signal" },
        { epoch: 2, kind: "witness", motes: 7n, state: "held", heldUntil: 61_000 },
      ],
      challenges: [
        settled({ witnesses: [report({ reason: "too-close" })] }),
        settled({ witnesses: [report({ reason: "too-close" })] }),
        settled({ state: "revealed", witnesses: [report({ reason: "too-far" })] }),
        settled({ target: SELF }),
        settled({ challenger: SELF, challengerReason: "no-reciprocity" }),
        settled({
          witnesses: [report({ reason: undefined, verdict: "valid", passedOver: "side-by-side" })],
        }),
      ],
    });
    assert.match(why.standing.at(-1)?.text ?? "", /^On 1970-01-01 00:00 UTC 2 tokens of its bond/);
    const pay = why.pay.map(({ text }) => text).join("\n");
    assert.match(pay, /Burned: 1\.5 tokens of held pay in 2 parts/);
    assert.match(pay, /Held: 5 tokens.*next in 1 min/);
    assert.deepEqual(why.outcomes, [
      { text: "witness, unpaid: too-close", count: 2 },
      { text: "beaconer, unpaid", count: 1 },
      { text: "challenger, unpaid: no-reciprocity", count: 1 },
      { text: "witness, unpaid: side-by-side", count: 1 },
    ]);
  });
});

describe("penaltyWords", () => {
  const blockTime = Date.UTC(2026, 10, 22, 14, 5, 59);
  const challenge = { slot: 12, index: 3 };
  it("says when, how much and why", () => {
    const text = (parts: object) =>
      penaltyWords([{ reason: "silence", motes: 150_000_000n, blockTime, challenge, ...parts }])[0]
        ?.text ?? "";
    assert.match(
      text({}),
      /^On 2026-11-22 14:05 UTC 1\.5 tokens of its bond were burned, because it opened challenge 12\/3 and did not reveal/,
    );
    const leftOut = "1123456789abcdef";
    assert.match(text({ reason: "omission", leftOut }), /challenger of 12\/3.* to 1123456789…\.$/);
    assert.match(text({ reason: "equivocation" }), /were taken, because it signed two different/);
  });
  it("sums up the older ones", () => {
    const many = Array.from({ length: PENALTIES_TOLD_MAX + 2 }, (_, at) => {
      return { reason: "silence", motes: "100000000", blockTime: blockTime - at * 60_000 };
    });
    const said = penaltyWords(many);
    assert.equal(said.length, PENALTIES_TOLD_MAX + 1);
    assert.match(said.at(-1)?.text ?? "", /2 times more: 2 tokens/);
    assert.equal(new Set(said.map(({ text }) => text)).size, said.length);
  });
});

describe("spanWords", () => {
  it("chooses the unit one would say it in", () => {
    const spans = [5000, 90 * 60_000, 36 * 3_600_000, 14 * 86_400_000];
    assert.deepEqual(spans.map(spanWords), ["5 s", "90 min", "36 h", "14 days"]);
  });
});
