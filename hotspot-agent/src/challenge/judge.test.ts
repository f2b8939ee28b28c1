import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClassificationView } from "@katydid/ledger/client";
import {
  type Address,
  type Bytes32,
  beaconOf,
  type ClassifierName,
  cellAt,
  db,
  dbm,
  mainParams,
  milliseconds,
  motes,
  payloadHash,
  regionPlan,
  signMessage,
} from "@katydid/protocol";
import { CHAIN_ID, keyOf } from "../testing/fixtures.ts";
import { hotspotView } from "../testing/test-ledger.ts";
import { type ReportFacts, reasonAgainst } from "./judge.ts";

const target = keyOf("target");
const witness = keyOf("witness");
const payload = new Uint8Array(51).fill(7);
const drawnAt = milliseconds(100_000);
const at = (lngDegrees: number) => cellAt({ latDegrees: 52.37, lngDegrees }, 12);

function facts(changes: {
  readonly target?: ClassificationView;
  readonly witness?: ClassificationView;
  readonly drawnAt?: ReportFacts["drawnAt"];
}): ReportFacts {
  const beacon = beaconOf({ payload, plan: regionPlan("EU868") });
  const view = (address: Address, lngDegrees: number, found?: ClassificationView) =>
    hotspotView(address, at(lngDegrees), found === undefined ? {} : { classification: found });
  const report = signMessage({
    chainId: CHAIN_ID,
    signer: witness,
    body: {
      kind: "report",
      witness: witness.address,
      payloadHash: payloadHash(payload) as Bytes32,
      rssiDbm: dbm(-110),
      snrDb: db(3),
      frequencyHz: beacon.frequencyHz,
      dataRate: beacon.dataRate,
      channel: beacon.channel,
      receivedAt: milliseconds(0),
    },
  });
  return {
    params: mainParams,
    challenger: keyOf("challenger").address,
    target: view(target.address, 4.9, changes.target),
    targetAddress: target.address,
    witness: view(witness.address, 4.92, changes.witness),
    payload,
    report,
    acknowledgedAt: milliseconds(1000),
    receiptAt: milliseconds(1000),
    deadlineAt: milliseconds(9000),
    drawnAt: "drawnAt" in changes ? changes.drawnAt : drawnAt,
  };
}

function found(since: number, until: number, classifier: ClassifierName = "flat-signal") {
  const times = { since: milliseconds(since), until: milliseconds(until) };
  return { classifier, score: 700, evidence: [], burned: motes(0n), ...times };
}

test("who was denied when the target was drawn is listed, not reported", () => {
  const table: readonly [string, Parameters<typeof facts>[0], string | undefined][] = [
    ["nobody is", {}, undefined],
    ["the target is", { target: found(1, 200_000) }, "denied"],
    ["the witness is", { witness: found(1, 200_000) }, "denied"],
    ["since the very moment", { witness: found(100_000, 200_000) }, "denied"],
    ["until the very moment", { witness: found(1, 100_000) }, "denied"],
    // The ledger judges by the draw: who lists such a one is fined for leaving it out.
    ["only found since", { witness: found(100_001, 200_000) }, undefined],
    ["only before", { witness: found(1, 99_999) }, undefined],
    ["a mark denies nothing", { witness: found(1, 200_000, "self-dealing") }, undefined],
    ["the draw's time is not known", { drawnAt: undefined, target: found(1, 200_000) }, undefined],
  ];
  for (const [name, changes, reason] of table) {
    assert.equal(reasonAgainst(facts(changes)), reason, name);
  }
});
