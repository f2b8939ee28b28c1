import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "../identity/address.ts";
import { arenaParams } from "../params.ts";
import { buildTown, type GangKind } from "../testing/radio-gangs.ts";
import { type Liar, openPropagation, RadioTown } from "../testing/radio-town.ts";
import { dc, milliseconds } from "../units.ts";
import type { Finding, Traffic } from "./classification.ts";
import { classify } from "./classify.ts";

const HONEST = 24;
const GANG = 6;
const RADIUS_METERS = 4500;
const ROUNDS = 8;
const RIDGE_METERS = 3600;

/** One small city of 24 honest hotspots and a gang of 6, after so many beacons of each. */
function city(seed: number, gang?: GangKind): RadioTown {
  const town = buildTown({
    seed,
    honest: HONEST,
    radiusMeters: RADIUS_METERS,
    propagation: openPropagation,
    ...(gang === undefined ? {} : { gang, members: GANG }),
  });
  for (let round = 0; round < ROUNDS; round++) town.round();
  return town;
}

function foundIn(town: RadioTown): { honest: number; gang: number } {
  const found = new Set<string>();
  for (const finding of town.classify()) {
    if (finding.kind === "hotspot") found.add(finding.hotspot);
  }
  const gang = town.radios.filter((radio) => radio.gang && found.has(radio.address)).length;
  return { honest: found.size - gang, gang };
}

test("an honest city, with cellars, hills, deaf and mute, is left in peace", () => {
  for (let seed = 1; seed <= 3; seed++) assert.deepEqual(city(seed).classify(), []);
});

/** Of two gangs of six, found at least, after eight beacons each. */
const detections: readonly (readonly [GangKind, number])[] = [
  ["cage", 12],
  ["cage-faint", 12],
  ["cage-clump", 12],
  ["virtual", 12],
  ["listening", 9],
  ["closet", 9],
  ["closet-forged", 9],
  ["one-radio", 9],
  ["extreme-distance", 9],
];
for (const [kind, least] of detections) {
  test(`a gang is found, and nobody else: ${kind}`, () => {
    let gang = 0;
    for (const seed of [3, 5]) {
      const found = foundIn(city(seed, kind));
      assert.equal(found.honest, 0, `seed ${seed}`);
      gang += found.gang;
    }
    assert.ok(gang >= least, `${gang} of ${2 * GANG}`);
  });
}

test("a village behind a ridge is no closed cluster", () => {
  for (const seed of [1, 2]) {
    const town = new RadioTown(seed, openPropagation);
    // Nothing passes between the village, in the east, and the city.
    const lie: Liar = ({ beaconer, witness, trueDbm }) =>
      beaconer.claim.x < RIDGE_METERS === witness.claim.x < RIDGE_METERS ? trueDbm : undefined;
    for (let i = 0; i < HONEST; i++) {
      const angle = i * 2.4;
      const away = 3500 * Math.sqrt((i + 1) / HONEST);
      town.add({ claim: { x: away * Math.cos(angle), y: away * Math.sin(angle) }, lie });
    }
    for (let i = 0; i < GANG; i++) {
      town.add({ claim: { x: RIDGE_METERS + 200 + 500 * (i % 2), y: 500 * i - 1250 }, lie });
    }
    for (let round = 0; round < ROUNDS; round++) town.round();
    assert.deepEqual(town.classify(), [], `seed ${seed}`);
  }
});

/** What a gang says of its honest victim, the first radio of the town. */
const frames: Readonly<Record<string, Liar>> = {
  "by silence": ({ town, beaconer, trueDbm }) =>
    beaconer === town.radios[0] ? undefined : trueDbm,
  "by forged signals": ({ town, beaconer, trueDbm }) =>
    beaconer === town.radios[0] ? -131 + Math.floor(town.random() * 70) : trueDbm,
  "by signals above the bound": ({ town, beaconer, trueDbm }) =>
    beaconer === town.radios[0] ? 0 : trueDbm,
  "by hearing everything": ({ town, beaconer, witness, trueDbm }) =>
    trueDbm ?? town.plausibleDbm(Math.hypot(beaconer.claim.x - witness.claim.x, 500)),
};
for (const [how, lie] of Object.entries(frames)) {
  test(`a gang that is a local minority convicts no honest neighbour ${how}`, () => {
    for (const [seed, sendDb] of [
      [1, 0],
      [2, -15],
      [3, -22],
    ] as const) {
      const town = buildTown({
        seed,
        honest: HONEST,
        radiusMeters: RADIUS_METERS,
        victimDb: sendDb,
      });
      for (let i = 0; i < GANG; i++) {
        const angle = (2 * Math.PI * i) / GANG;
        const victim = town.radios[0];
        assert.ok(victim !== undefined);
        const claim = {
          x: victim.claim.x + 900 * Math.cos(angle),
          y: victim.claim.y + 900 * Math.sin(angle),
        };
        town.add({ claim, gang: true, lie });
      }
      for (let round = 0; round < ROUNDS; round++) town.round();
      assert.equal(foundIn(town).honest, 0, `seed ${seed}`);
    }
  });
}

test("findings do not depend on the order of hotspots and rows, and are whole and sorted", () => {
  const town = city(3, "closet");
  const input = { params: arenaParams, now: milliseconds(3_600_000), traffics: new Map() };
  const hotspots = town.hotspots();
  const findings = classify({ ...input, hotspots, hearings: town.hearings });
  const shuffled = classify({
    ...input,
    hotspots: hotspots.toReversed(),
    hearings: new Map([...town.hearings].reverse()),
  });
  assert.ok(findings.length > 0);
  assert.deepEqual(shuffled, findings);
  for (const { score } of findings) {
    assert.ok(Number.isInteger(score) && score >= 1 && score <= 1000);
  }
  const keys = findings.map(keyOf);
  assert.equal(new Set(keys).size, keys.length, "one finding each");
});

test("newcomers convict nobody who was there before them", () => {
  const honest = city(3, "cage");
  const late = (2 * arenaParams.classifierWindowSeconds + 1) * 1000;
  const hotspots = honest.hotspots().map((hotspot) => ({
    ...hotspot,
    locatedAt: milliseconds(honest.radioOf(hotspot.address).gang ? 0 : late),
  }));
  const findings = classify({
    params: arenaParams,
    now: milliseconds(3_600_000),
    hotspots,
    hearings: honest.hearings,
    traffics: new Map(),
  });
  assert.deepEqual(
    findings.filter(({ classifier }) => classifier === "closed-cluster"),
    [],
  );
});

test("who lies about his distance is found, and those that he touches are not", () => {
  const town = city(2);
  const liar = town.radios[0];
  assert.ok(liar !== undefined);
  const hearings = new Map(
    [...town.hearings].map(([beaconer, row]) => {
      const edges = row.edges.map((edge) =>
        beaconer === liar.address || edge.witness === liar.address
          ? { ...edge, above: 5, heard: 0, rssiDbmSum: 0 }
          : edge,
      );
      return [beaconer, { ...row, edges }];
    }),
  );
  const findings = classify({
    params: arenaParams,
    now: milliseconds(3_600_000),
    hotspots: town.hotspots(),
    hearings,
    traffics: new Map(),
  });
  const pairs = findings.filter(({ classifier }) => classifier === "impossible-pair");
  assert.deepEqual(pairs.map(keyOf), [`impossible-pair ${liar.address}`]);
});

test("a router that pays one of many neighbours is marked, one that pays many is not", () => {
  const town = city(1);
  const router = addressOf(new Uint8Array(32).fill(7));
  const paidTo = (count: number): Traffic => ({
    window: 0,
    totalDc: dc(1_000_000n),
    paid: town.radios
      .slice(5, 5 + count)
      .map(({ address }) => ({ hotspot: address, dc: dc(1_000_000n / BigInt(count)) })),
  });
  const marksOf = (traffic: Traffic) =>
    classify({
      params: arenaParams,
      now: milliseconds(0),
      hotspots: town.hotspots(),
      hearings: town.hearings,
      traffics: new Map([[router, traffic]]),
    }).filter(({ classifier }) => classifier === "self-dealing");
  assert.deepEqual(marksOf(paidTo(1)).map(keyOf), [`self-dealing ${town.radios[5]?.address}`]);
  assert.deepEqual(marksOf(paidTo(12)), []);
});

function keyOf(finding: Finding): string {
  return finding.kind === "hotspot"
    ? `${finding.classifier} ${finding.hotspot}`
    : `${finding.classifier} ${finding.pair.join(" ")}`;
}

test("whom fellows alone hear, though it hears many, is found by its links that pass one way", () => {
  const town = city(3, "listening");
  const found = town.classify().filter(({ classifier }) => classifier === "unbacked-hearing");
  assert.ok(found.length >= GANG - 1, `${found.length} of ${GANG}`);
  for (const finding of found) {
    assert.ok(finding.kind === "hotspot" && town.radioOf(finding.hotspot).gang);
    assert.ok(finding.evidence.length >= 7);
  }
});

test("where more hear a beacon than a challenge has room for, silence says nothing", () => {
  for (const seed of [105, 106]) {
    const plan = { seed, honest: 100, radiusMeters: 5000, propagation: openPropagation };
    const town = buildTown(plan);
    town.round();
    town.round();
    const found = town.classify().filter(({ kind }) => kind === "hotspot");
    assert.deepEqual(found, [], `seed ${seed}`);
  }
});
