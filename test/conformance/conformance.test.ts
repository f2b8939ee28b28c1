import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { agrees, type Json } from "./compare.ts";
import { type Case, loadVectors, runFile, VectorsUnusable } from "./runner.ts";
import { subjects } from "./subjects.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const files = loadVectors([join(here, "vectors")]);
for (const file of files) {
  test(`conformance: ${file.subject}`, () => {
    const { passed, failed } = runFile(file);
    assert.deepEqual(failed, []);
    assert.equal(passed, file.cases.length);
    assert.ok(passed > 0);
  });
}

const shared = join(here, "../../../shared/vectors");
const skip = existsSync(shared) ? false : "../shared/vectors is not there";
test("the copies say what the shared vectors say", { skip }, () => {
  for (const { path, subject } of files) {
    const parse = (file: string) => JSON.parse(readFileSync(file, "utf8"));
    assert.deepEqual(parse(path), parse(join(shared, basename(path))), subject);
  }
});

test("every subject has vectors", () => {
  assert.deepEqual(files.map(({ subject }) => subject).sort(), [...subjects.keys()].sort());
});

test("a changed figure is noticed, wherever it stands", () => {
  for (const file of files) {
    for (const vector of file.cases) {
      for (const changed of changesOf(vector.expected, vector.tolerance)) {
        const { failed } = runFile({ ...file, cases: [{ ...vector, expected: changed }] });
        assert.equal(
          failed.length,
          1,
          `${file.subject}, ${vector.name}: ${JSON.stringify(changed)}`,
        );
      }
    }
  }
});

/** The value with one leaf changed, for each leaf. */
function changesOf(value: Json, tolerance = 0): Json[] {
  if (typeof value === "number") return [value + 3 * tolerance + 1, value - 3 * tolerance - 1];
  if (typeof value === "string") return [tolerance > 0 ? "9.0000" : `${value}0`];
  if (typeof value === "boolean") return [!value];
  if (value === null) return [1];
  const entries = Object.entries(value);
  return entries.flatMap(([key, item]) =>
    changesOf(item, tolerance).map((changed) => {
      const copy = structuredClone(value) as Record<string, Json>;
      copy[key] = changed;
      return copy;
    }),
  );
}

test("comparison: keys of expected only, tolerance for numbers and decimal strings", () => {
  const table: [Json, unknown, number | undefined, boolean][] = [
    [{ a: 1 }, { a: 1, b: 2 }, undefined, true],
    [{ a: 1, b: 2 }, { a: 1 }, undefined, false],
    [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2, d: 3 }], e: 4 } }, undefined, true],
    [[1, 2], [1, 2, 3], undefined, false],
    [[], {}, undefined, false],
    [{}, [], undefined, false],
    [{}, { anything: 1 }, undefined, true],
    [{ toString: 1 }, {}, undefined, false],
    [null, undefined, undefined, true],
    [1, 1.0000001, undefined, false],
    [0.2, 0.3, 0.1, true],
    [-62.276, -62.286, 0.01, true],
    [-62.276, -62.2861, 0.01, false],
    ["0.3333", "0.33336", 0.00006, true],
    ["0.3333", "0.3334", 0.00006, false],
    ["0.25", "0.2500", 0.00006, true],
    ["0.25", "0.2500", undefined, false],
    ["12345678901234567890", "12345678901234567891", 1, true],
    ["12345678901234567890", "12345678901234567892", 1, false],
    [1, "1", 1, false],
    ["a", "b", 5, false],
    [5e-7, 0, 1e-6, true],
    [5e-6, 0, 1e-6, false],
    [true, false, 5, false],
    [1, Number.NaN, 5, false],
  ];
  for (const [expected, got, tolerance, same] of table) {
    const name = JSON.stringify({ expected, got, tolerance });
    assert.equal(agrees({ expected, got, tolerance }), same, name);
  }
});

/** Cases that the shared files do not have: borders, refusals, and where two rules could be mixed up. */
const hotspot = { known: true, bonded: true, located: true, gainDbi: 1.2, region: "US915" };
const payout = {
  emissionMotes: "100",
  dustInMotes: "0",
  tokenPriceMicroUsd: 1,
  dcByHotspot: {},
  burnedMotesByHotspot: {},
  challengerUnits: {},
  beaconerUnits: {},
  witnessUnits: {},
};
const refused = { error: true };
const extra: [subject: string, input: unknown, expected: Json][] = [
  ["dc-for-bytes", { bytes: 24.5 }, refused],
  ["dc-for-bytes", {}, refused],
  ["reward-units", { validWitnesses: -1 }, refused],
  ["reward-units", { validWitnesses: "3" }, refused],
  ["reward-units", { validWitnesses: 40 }, { beaconer: "1.8926", witness: "0.2220" }],
  ["density-scale", { cells: [], table: {} }, { scaleByCell: {} }],
  ["density-scale", { cells: ["8c2681a338001fe"], table: {} }, refused],
  ["density-scale", { cells: ["8a2681a33807fff"], table: {} }, refused],
  ["density-scale", { cells: ["8c2681a338001ff"], table: { 8: {} } }, refused],
  ["witness-distance", { beaconerCell: "8c2681a338001ff", witnessCell: "" }, refused],
  [
    "witness-distance",
    { beaconerCell: "8c2681a338001ff", witnessCell: "8c2681a338001ff" },
    { verdict: "too-close", distanceMeters: 0 },
  ],
  [
    "witness-distance",
    { beaconerCell: "8c08000001601ff", witnessCell: "8c08000001a91ff" },
    { verdict: "ok", distanceMeters: 400 },
  ],
  ["witness-verdict", { beaconer: hotspot, witness: hotspot }, refused],
  ["channel-settle", { depositDc: 5, claims: { a: -1 }, reserved: {} }, refused],
  ["channel-settle", { depositDc: 5, claims: {}, reserved: { a: 6 } }, refused],
  [
    "channel-settle",
    { depositDc: 5, claims: {}, reserved: {} },
    { payoutsDc: {}, overspent: false, refundDc: 5 },
  ],
  ["price-median", { oracles: 3, previousMicroUsd: 1, submissionsMicroUsd: [1.5] }, refused],
  [
    "price-median",
    { oracles: 0, previousMicroUsd: 7, submissionsMicroUsd: [] },
    { priceMicroUsd: 7 },
  ],
  [
    "price-median",
    { oracles: 3, previousMicroUsd: 7, submissionsMicroUsd: [4, null, 9] },
    { priceMicroUsd: 6 },
  ],
  [
    "price-median",
    { oracles: 3, previousMicroUsd: null, submissionsMicroUsd: [4] },
    { priceMicroUsd: null },
  ],
  ["epoch-payout", { ...payout, witnessUnits: { a: "-1" } }, refused],
  ["epoch-payout", { ...payout, witnessUnits: { a: "one" } }, refused],
  ["epoch-payout", { ...payout, tokenPriceMicroUsd: 0, dcByHotspot: { a: 1 } }, refused],
  ["epoch-payout", { ...payout, emissionMotes: "-1" }, refused],
  [
    "epoch-payout",
    { ...payout, emissionMotes: "1000", witnessUnits: { a: "0.00000000000000000001", b: "3E-20" } },
    refused,
  ],
  [
    "epoch-payout",
    {
      ...payout,
      emissionMotes: "1000",
      witnessUnits: { a: `0.${"0".repeat(19)}1`, b: `0.${"0".repeat(19)}3` },
    },
    { consensus: "60", witnesses: { a: "178", b: "536" }, unminted: "225", dustOut: "1" },
  ],
  [
    "epoch-payout",
    { ...payout, witnessUnits: { a: "0" } },
    { witnesses: { a: "0" }, unminted: "94" },
  ],
  ["lora-airtime", { spreadingFactor: 13 }, refused],
  [
    "lorawan-frame",
    { phyPayload: "", nwkSKey: "00".repeat(16), appSKey: "00".repeat(16) },
    refused,
  ],
  [
    "lorawan-frame",
    { phyPayload: "40f", nwkSKey: "00".repeat(16), appSKey: "00".repeat(16) },
    refused,
  ],
  ["gwmp-datagram", { datagram: "zz" }, refused],
  ["gwmp-datagram", { datagram: "02aabb01" }, { kind: "push-ack", token: "aabb" }],
  ["cayenne-lpp", { bytes: "" }, { items: [] }],
  ["cayenne-lpp", { bytes: "01" }, refused],
  ["no-such-subject", {}, null],
];

test("borders and refusals", () => {
  for (const [subject, input, expected] of extra) {
    const cases: Case[] = [{ name: JSON.stringify(input), input, expected }];
    const { failed } = runFile({ path: "", subject, cases });
    const isUnknown = subject === "no-such-subject";
    assert.deepEqual(failed.length, isUnknown ? 1 : 0, JSON.stringify(failed));
  }
});

const folder = mkdtempSync(join(tmpdir(), "katydid-conformance-"));
after(() => rmSync(folder, { recursive: true }));

test("what is no vector file is told in one line", () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const paths = [
    join(folder, "missing.json"),
    folder,
    write("broken.json", "{"),
    write("list.json", "[]"),
    write("no-cases.json", '{"subject":"reward-units"}'),
    write("no-expected.json", '{"subject":"reward-units","cases":[{"input":{}}]}'),
  ];
  for (const path of paths) {
    assert.throws(
      () => loadVectors([path]),
      (error) => error instanceof VectorsUnusable && !error.message.includes("\n"),
      path,
    );
  }
});

test("the command: exit codes, the differing case, the closing line", () => {
  const run = (...paths: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(here, "main.ts"), ...paths],
      { encoding: "utf8" },
    );
    return { status, lines: stdout.trimEnd().split("\n"), stderr: stderr.trimEnd().split("\n") };
  };
  const all = run(join(here, "vectors"));
  assert.equal(all.status, 0);
  assert.match(all.lines.at(-1) ?? "", /^[1-9]\d* passed, 0 failed$/);
  const wrong = join(folder, "wrong.json");
  const cases = [
    { name: "right", input: { bytes: 25 }, expected: { dc: 2 } },
    { name: "wrong", input: { bytes: 25 }, expected: { dc: 1 } },
  ];
  writeFileSync(wrong, JSON.stringify({ subject: "dc-for-bytes", cases }));
  const some = run(wrong);
  assert.deepEqual(some, {
    status: 1,
    lines: [
      "dc-for-bytes: wrong",
      '  expected {"dc":1}',
      '  got      {"dc":2}',
      "1 passed, 1 failed",
    ],
    stderr: [""],
  });
  const missing = run(join(folder, "missing.json"));
  assert.deepEqual([missing.status, missing.stderr.length], [2, 1]);
  writeFileSync(wrong, JSON.stringify({ subject: "dc-for-bytes", cases: [] }));
  assert.equal(run(wrong).status, 2);
  assert.equal(run().status, 2);
});
