/**
 * Verdicts a second: judgeWitness on reports of pairs it has never seen, and on pairs it knows, beside
 * the check of a report's signature in the same run. One line of JSON. `node bench/verdicts.ts`
 */
import {
  type Address,
  cellAt,
  db,
  dbm,
  judgeWitness,
  keyPairFromSeed,
  LOCATION_RESOLUTION,
  milliseconds,
  publicKeyOf,
  regionPlan,
  sha256,
  utf8,
  verifySignature,
  type WitnessFacts,
} from "@katydid/protocol";
import { BOULDER, SeededRandom } from "@katydid/simulator";

/** Most that a ledger can be asked for: 200 challenges a slot of 60 s with 32 reports each. */
const LIMIT_PER_SECOND = (200 * 32) / 60;
const PAIRS = 4000;
const ROUNDS = 3;
const SIGNATURES = 1000;
/** Side of the square in which the pairs stand, degrees: some 20 km. */
const SIDE_DEGREES = 0.2;

const plan = regionPlan("US915");
const random = new SeededRandom("bench verdicts");
const derived = {
  payloadHash: "ab".repeat(32),
  frequencyHz: plan.beacon.channels[0] as WitnessFacts["derived"]["frequencyHz"],
  dataRate: plan.beacon.dataRate,
};

function hotspot(name: string): WitnessFacts["witness"] {
  const cell = cellAt(
    {
      latDegrees: BOULDER.latDegrees + SIDE_DEGREES * random.unit(),
      lngDegrees: BOULDER.lngDegrees + SIDE_DEGREES * random.unit(),
    },
    LOCATION_RESOLUTION,
  );
  const standing = { known: true, bonded: true, located: true };
  return { address: name as Address, ...standing, cell, gainDbi: db(1.2), region: plan.name };
}

function facts(nth: number): WitnessFacts {
  return {
    challenger: { address: "challenger" as Address },
    beaconer: hotspot(`beaconer ${nth}`),
    witness: hotspot(`witness ${nth}`),
    txPowerDbm: plan.beacon.powerDbm,
    derived,
    report: { ...derived, rssiDbm: dbm(-90 - 40 * random.unit()) },
    targetReceiptAtMs: milliseconds(1_000_000),
    acknowledgedAtMs: milliseconds(1_000_000 + random.below(5000)),
    deadlineMs: milliseconds(1_300_000),
    denied: [],
    deniedEdges: [],
    alreadyReported: false,
    reciprocity: { witness: "met", beaconer: "met" },
  };
}

/** Calls per second. */
function rate<T>(items: readonly T[], work: (item: T) => void): number {
  const started = performance.now();
  for (const item of items) work(item);
  return (items.length * 1000) / (performance.now() - started);
}

const verdicts = new Map<string, number>();
const judge = (each: WitnessFacts) => {
  const verdict = judgeWitness(each);
  const name = verdict.verdict === "valid" ? "valid" : verdict.reason;
  verdicts.set(name, (verdicts.get(name) ?? 0) + 1);
};
const key = keyPairFromSeed(sha256(utf8("bench verdicts")));
const signed = Array.from({ length: SIGNATURES }, (_, nth) => {
  const digest = sha256(utf8(`report ${nth}`));
  return { publicKey: publicKeyOf(key.address), digest, signature: key.sign(digest) };
});
const check = (claim: (typeof signed)[number]) => {
  if (!verifySignature(claim)) throw new Error("forged");
};

const rounds = Array.from({ length: ROUNDS }, (_, round) => {
  const pairs = Array.from({ length: PAIRS }, (__, nth) => facts(round * PAIRS + nth));
  // All new to the caches of centres, vectors and pairs; then most of them known.
  return { first: rate(pairs, judge), again: rate(pairs, judge), signatures: rate(signed, check) };
});
const median = (of: (round: (typeof rounds)[number]) => number) =>
  Math.round(rounds.map(of).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0);
const first = median((round) => round.first);
const signatures = median((round) => round.signatures);
console.log(
  JSON.stringify({
    bench: "verdicts",
    what: "judgeWitness on pairs never seen; on pairs seen before; one signature check",
    verdictsPerSecond: first,
    knownPairsPerSecond: median((round) => round.again),
    signaturesPerSecond: signatures,
    limitPerSecond: Math.round(LIMIT_PER_SECOND),
    ratio: Number((first / LIMIT_PER_SECOND).toFixed(1)),
    ratioToSignature: Number((first / signatures).toFixed(2)),
    verdicts: Object.fromEntries([...verdicts].sort()),
  }),
);
