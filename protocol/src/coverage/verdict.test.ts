import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Address, type Cell, dataRate, db, dbm, hertz, milliseconds } from "../units.ts";
import {
  type HotspotFacts,
  judgeWitness,
  type VerdictReason,
  verdictReasons,
  type WitnessFacts,
  witnessDistance,
} from "./verdict.ts";

const [B, W, C, X] = ["B", "W", "C", "X"] as [Address, Address, Address, Address];
const CELL = "8c2681a338001ff" as Cell;
const NEAR = "8c2681a33826dff" as Cell;
const FAR = "8c26859710233ff" as Cell;

const hotspot = (address: Address, cell: string): HotspotFacts => ({
  address,
  known: true,
  bonded: true,
  located: true,
  cell: cell as Cell,
  gainDbi: db(1.2),
  region: "US915",
});
const heard = {
  payloadHash: "aa11",
  frequencyHz: hertz(904_300_000),
  dataRate: dataRate("SF9BW125"),
};
const good: WitnessFacts = {
  challenger: { address: C },
  beaconer: hotspot(B, CELL),
  witness: hotspot(W, "8c2681a3499a7ff"),
  txPowerDbm: dbm(27),
  derived: heard,
  report: { ...heard, rssiDbm: dbm(-95) },
  targetReceiptAtMs: milliseconds(1_000_000),
  acknowledgedAtMs: milliseconds(1_000_900),
  deadlineMs: milliseconds(1_300_000),
  denied: [],
  deniedEdges: [],
  alreadyReported: false,
  reciprocity: { witness: "met", beaconer: "met" },
};
const reasonOf = (facts: WitnessFacts) => {
  const verdict = judgeWitness(facts);
  return verdict.verdict === "valid" ? "valid" : verdict.reason;
};

/** Each mends one fault; until it is applied, that fault is there. Applied from the first on. */
type Fault = [reason: VerdictReason, broken: (facts: WitnessFacts) => WitnessFacts];
const witnessWith = (change: Partial<HotspotFacts>) => (facts: WitnessFacts) => ({
  ...facts,
  witness: { ...facts.witness, ...change },
});
const reportWith = (change: Partial<WitnessFacts["report"]>) => (facts: WitnessFacts) => ({
  ...facts,
  report: { ...facts.report, ...change },
});
const faults: Fault[] = [
  ["unknown-hotspot", witnessWith({ known: false })],
  ["not-bonded", witnessWith({ bonded: false })],
  ["not-located", witnessWith({ located: false })],
  ["denied", (facts) => ({ ...facts, denied: [W] })],
  ["denied-edge", (facts) => ({ ...facts, deniedEdges: [[W, B]] })],
  ["self-witness", (facts) => ({ ...facts, challenger: { address: W } })],
  ["duplicate", (facts) => ({ ...facts, alreadyReported: true })],
  ["expired", (facts) => ({ ...facts, deadlineMs: milliseconds(1_000_899) })],
  ["too-late", (facts) => ({ ...facts, targetReceiptAtMs: milliseconds(996_899) })],
  ["payload-mismatch", reportWith({ payloadHash: "bb22" })],
  ["frequency-mismatch", reportWith({ frequencyHz: hertz(904_400_001) })],
  ["datarate-mismatch", reportWith({ dataRate: dataRate("SF10BW125") })],
  ["region-mismatch", witnessWith({ region: "EU868" })],
  ["too-far", witnessWith({ cell: FAR })],
  ["rssi-above-bound", reportWith({ rssiDbm: dbm(-40) })],
  [
    "no-reciprocity-witness",
    (facts) => ({
      ...facts,
      reciprocity: { ...facts.reciprocity, witness: "unmet" },
    }),
  ],
  [
    "no-reciprocity-beaconer",
    (facts) => ({
      ...facts,
      reciprocity: { ...facts.reciprocity, beaconer: "unmet" },
    }),
  ],
];

test("each reason wins over all that follow it", () => {
  for (const [index, [reason]] of faults.entries()) {
    const facts = faults.slice(index).reduce((broken, [, breakIt]) => breakIt(broken), good);
    assert.equal(reasonOf(facts), reason);
  }
  assert.equal(reasonOf(good), "valid");
});

test("each fault alone is found, and the reasons are all there are", () => {
  for (const [reason, breakIt] of faults) assert.equal(reasonOf(breakIt(good)), reason);
  const near = witnessWith({ cell: NEAR })(good);
  assert.equal(reasonOf(near), "too-close");
  assert.equal(reasonOf(reportWith({ rssiDbm: dbm(30) })(near)), "too-close", "wins over rssi");
  const found = faults.map(([reason]) => reason);
  found.splice(found.indexOf("rssi-above-bound"), 0, "too-close");
  assert.deepEqual(found, verdictReasons);
});

test("any set of faults gives the reason that comes first", () => {
  fc.assert(
    fc.property(fc.subarray(faults, { minLength: 1 }), fc.boolean(), (some, near) => {
      const broken = some.reduce((facts, [, breakIt]) => breakIt(facts), good);
      const first = some[0]?.[0] as VerdictReason;
      assert.equal(reasonOf(broken), first);
      if (near && !some.some(([reason]) => reason === "too-far")) {
        const close = witnessWith({ cell: NEAR })(broken);
        const isEarlier = verdictReasons.indexOf(first) < verdictReasons.indexOf("too-close");
        assert.equal(reasonOf(close), isEarlier ? first : "too-close");
      }
    }),
  );
});

/** The same faults at the beaconer, where a rule looks at both. */
const beaconerFaults: Fault[] = [
  ["unknown-hotspot", (facts) => ({ ...facts, beaconer: { ...facts.beaconer, known: false } })],
  ["not-bonded", (facts) => ({ ...facts, beaconer: { ...facts.beaconer, bonded: false } })],
  ["not-located", (facts) => ({ ...facts, beaconer: { ...facts.beaconer, located: false } })],
  ["denied", (facts) => ({ ...facts, denied: [...facts.denied, B] })],
  [
    "denied-edge",
    (facts) => ({
      ...facts,
      deniedEdges: [
        [X, C],
        [B, W],
      ],
    }),
  ],
  ["region-mismatch", (facts) => ({ ...facts, beaconer: { ...facts.beaconer, region: "EU868" } })],
];

test("of two and more faults, at whichever side, the first of the table is the reason", () => {
  const some = fc.subarray([...faults, ...beaconerFaults], { minLength: 2 });
  fc.assert(
    fc.property(some, (chosen) => {
      // Both sides in another region are in the same one.
      const regions = chosen.filter(([reason]) => reason === "region-mismatch").length;
      const broken = chosen.reduce((facts, [, breakIt]) => breakIt(facts), good);
      const reasons = chosen
        .map(([reason]) => reason)
        .filter((reason) => reason !== "region-mismatch" || regions === 1);
      const first = verdictReasons.find((reason) => reasons.includes(reason));
      assert.equal(reasonOf(broken), first ?? "valid");
    }),
    { numRuns: 500 },
  );
});

test("the beaconer's faults count too", () => {
  const beaconerWith = (change: Partial<HotspotFacts>) => ({
    ...good,
    beaconer: { ...good.beaconer, ...change },
  });
  assert.equal(reasonOf(beaconerWith({ known: false })), "unknown-hotspot");
  assert.equal(reasonOf(beaconerWith({ bonded: false })), "not-bonded");
  assert.equal(reasonOf(beaconerWith({ located: false })), "not-located");
  assert.equal(reasonOf({ ...good, denied: [B] }), "denied");
  assert.equal(reasonOf({ ...good, witness: { ...good.witness, address: B } }), "self-witness");
  // Rule by rule, not hotspot by hotspot.
  const mixed = { ...beaconerWith({ bonded: false }), witness: { ...good.witness, known: false } };
  assert.equal(reasonOf(mixed), "unknown-hotspot");
});

test("what is denied about others does not matter", () => {
  assert.equal(reasonOf({ ...good, denied: [X, C] }), "valid");
  assert.equal(
    reasonOf({
      ...good,
      deniedEdges: [
        [W, X],
        [X, B],
        [W, C],
        [W, W],
      ],
    }),
    "valid",
  );
  assert.equal(
    reasonOf({
      ...good,
      deniedEdges: [
        [X, C],
        [B, W],
      ],
    }),
    "denied-edge",
  );
});

test("limits are inclusive", () => {
  const at = (change: Partial<WitnessFacts>) => reasonOf({ ...good, ...change });
  const table: [string, string, string][] = [
    ["at the deadline", at({ deadlineMs: milliseconds(1_000_900) }), "valid"],
    ["a ms past it", at({ deadlineMs: milliseconds(1_000_899) }), "expired"],
    ["4000 ms after the target", at({ targetReceiptAtMs: milliseconds(996_900) }), "valid"],
    ["4001 ms after it", at({ targetReceiptAtMs: milliseconds(996_899) }), "too-late"],
    ["before the target", at({ targetReceiptAtMs: milliseconds(1_200_000) }), "valid"],
    ["100 kHz above", reasonOf(reportWith({ frequencyHz: hertz(904_400_000) })(good)), "valid"],
    ["100 kHz below", reasonOf(reportWith({ frequencyHz: hertz(904_200_000) })(good)), "valid"],
    [
      "more below",
      reasonOf(reportWith({ frequencyHz: hertz(904_199_999) })(good)),
      "frequency-mismatch",
    ],
  ];
  for (const [name, actual, expected] of table) assert.equal(actual, expected, name);
});

test("rule 6 is skipped where a commitment stands for the target's acknowledgement", () => {
  const { targetReceiptAtMs: _, ...facts } = good;
  assert.equal(reasonOf({ ...facts, acknowledgedAtMs: good.deadlineMs }), "valid");
});

test("rssi may equal the bound", () => {
  const { boundDbm } = judgeWitness(good);
  assert.equal(boundDbm, -76.149);
  assert.equal(reasonOf(reportWith({ rssiDbm: dbm(-76.149) })(good)), "valid");
  assert.equal(reasonOf(reportWith({ rssiDbm: dbm(-76.148) })(good)), "rssi-above-bound");
});

test("grace holds the witness's units, and only those", () => {
  const held = (witness: "met" | "grace", beaconer: "met" | "grace") =>
    judgeWitness({ ...good, reciprocity: { witness, beaconer } }).held;
  assert.deepEqual(
    [held("met", "met"), held("grace", "met"), held("met", "grace"), held("grace", "grace")],
    [false, true, false, true],
  );
  const invalid = faults[0]?.[1](good) as WitnessFacts;
  const graceful = { ...invalid, reciprocity: { witness: "grace", beaconer: "met" } } as const;
  assert.equal(judgeWitness(graceful).held, false);
});

test("no region equals no region", () => {
  const { region: _, ...beaconer } = good.beaconer;
  const { region: __, ...witness } = good.witness;
  assert.equal(reasonOf({ ...good, beaconer, witness }), "region-mismatch");
});

test("the owner gets the numbers, whatever the reason", () => {
  const numbers = { distanceMeters: 4997, distanceCells: 103, boundDbm: -76.149 };
  assert.deepEqual(judgeWitness(good), { verdict: "valid", held: false, ...numbers });
  const early = judgeWitness({ ...good, alreadyReported: true });
  assert.deepEqual(early, { verdict: "invalid", reason: "duplicate", held: false, ...numbers });
  const same = judgeWitness(witnessWith({ cell: CELL })(good));
  assert.deepEqual(same, {
    verdict: "invalid",
    reason: "too-close",
    held: false,
    distanceMeters: 0,
    distanceCells: 0,
  });
  const unknown = judgeWitness(witnessWith({ known: false, cell: "" as Cell })(good));
  assert.deepEqual(unknown, { verdict: "invalid", reason: "unknown-hotspot", held: false });
});

test("rule 11 floors to a kilometre, rule 12 counts cells or, across pentagons, metres", () => {
  const limits = {
    witnessLagMs: 4000,
    frequencyToleranceHz: 1,
    witnessDistanceMaxKm: 4,
    witnessCellsMin: 8,
    witnessMetersMin: 400,
  };
  const path = { beaconer: CELL, witness: "8c2681a3499a7ff" as Cell };
  assert.equal(witnessDistance(path, limits).verdict, "ok", "4.997 km is 4 km");
  assert.equal(witnessDistance(path, { ...limits, witnessDistanceMaxKm: 3 }).verdict, "too-far");
  const cells = witnessDistance(path, limits).distanceCells as number;
  assert.equal(witnessDistance(path, { ...limits, witnessCellsMin: cells }).verdict, "ok");
  const more = { ...limits, witnessCellsMin: cells + 1 };
  assert.equal(witnessDistance(path, more).verdict, "too-close");
});

test("across a pentagon, where cells cannot be counted, 400 m decide", () => {
  const table: [string, string, string][] = [
    ["8c08000001601ff", "8c08000001a91ff", "ok"],
    ["8c08000000ae1ff", "8c08000001731ff", "too-close"],
    ["8c08000000021ff", "8c08000000051ff", "too-close"],
  ];
  for (const [beaconer, witness, expected] of table) {
    const cells = { beaconer: beaconer as Cell, witness: witness as Cell };
    const { verdict, distanceCells } = witnessDistance(cells);
    assert.deepEqual([verdict, distanceCells], [expected, undefined], beaconer);
  }
});
