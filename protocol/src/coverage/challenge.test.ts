import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareBytes, fromHex, toHex } from "../bytes/bytes.ts";
import { sha256 } from "../bytes/hash.ts";
import { addressBytes, addressOf } from "../identity/address.ts";
import { mainParams, minimalParams } from "../params.ts";
import { regionPlan } from "../radio/regions.ts";
import type { Address, Cell } from "../units.ts";
import { cellAt, cellGridDistance } from "./cells.ts";
import {
  beaconFrame,
  beaconOf,
  beaconPayload,
  beaconPayloadOf,
  challengesPerSlot,
  drawChallengers,
  drawTarget,
  payloadHash,
  reciprocityWindowMs,
  selectWitnesses,
  type TargetCandidate,
  TargetZones,
  witnessOrderHash,
} from "./challenge.ts";

const bytes = (seed: number) => sha256(Uint8Array.of(seed & 0xff, (seed >> 8) & 0xff));
const byKey = (a: Address, b: Address) => compareBytes(addressBytes(a), addressBytes(b));
const hotspots = Array.from({ length: 60 }, (_, i) => addressOf(bytes(i))).sort(byKey);
const [first, second] = hotspots as [Address, Address];

test("challenges per slot follow the active hotspots, within bounds", () => {
  const table: [number, number][] = [
    [0, 1],
    [1, 1],
    [360, 1],
    [361, 2],
    [1000, 3],
    [71_640, 199],
    [71_641, 200],
    [10_000_000, 200],
  ];
  for (const [active, expected] of table) {
    assert.equal(challengesPerSlot({ params: mainParams, active }), expected, `${active}`);
  }
  assert.equal(challengesPerSlot({ params: minimalParams, active: 60 }), 1);
  assert.throws(() => challengesPerSlot({ params: mainParams, active: -1 }), /hotspots/);
});

test("the reciprocity window has a floor and grows with a fleet past the challenge limit", () => {
  const hour = 3_600_000;
  const window = (active: number) => reciprocityWindowMs({ params: mainParams, active });
  assert.equal(window(0), 48 * hour);
  assert.equal(window(1000), 48 * hour, "8 x 1000 x 60 s / 3 is 44.4 h");
  assert.equal(window(720), 48 * hour);
  assert.equal(window(144_000), 96 * hour, "200 a slot for 144,000: every 12 h");
  const rounded = reciprocityWindowMs({ params: minimalParams, active: 64_801 });
  assert.equal(rounded, 148_116_571, "8 x 64,801 x 2 s / 7, rounded down");
});

test("challengers are different, and every permutation's begin", () => {
  fc.assert(
    fc.property(fc.nat(65_535), fc.nat(80), fc.nat(60), (seed, count, size) => {
      const candidates = hotspots.slice(0, size);
      const draw = { entropy: bytes(seed), slot: seed, candidates };
      const drawn = drawChallengers({ ...draw, count });
      assert.equal(drawn.length, Math.min(count, size));
      assert.equal(new Set(drawn).size, drawn.length);
      for (const hotspot of drawn) assert.ok(candidates.includes(hotspot));
      assert.deepEqual(drawn.slice(0, 3), drawChallengers({ ...draw, count: Math.min(3, count) }));
    }),
  );
});

test("slot and entropy both move the draw", () => {
  const draw = (entropy: number, slot: number) =>
    drawChallengers({ entropy: bytes(entropy), slot, count: 10, candidates: hotspots });
  assert.notDeepEqual(draw(1, 1), draw(2, 1));
  assert.notDeepEqual(draw(1, 1), draw(1, 2));
  assert.deepEqual(draw(1, 1), draw(1, 1));
});

const zones = [
  cellAt({ latDegrees: 40, lngDegrees: -105 }, 5),
  cellAt({ latDegrees: 48, lngDegrees: 11 }, 5),
];
/** Three of four in the first zone. */
const candidates: TargetCandidate[] = hotspots.map((address, i) => ({
  address,
  zone: zones[i % 4 === 3 ? 1 : 0] as Cell,
}));

test("each hotspot is a target as often as any other, and the challenger never", () => {
  const draws = 6000;
  const counts = new Map<Address, number>();
  const entropy = bytes(9);
  for (let index = 0; index < draws; index++) {
    const challenge = { slot: 5, index };
    const target = drawTarget({ entropy, challenge, candidates, exclude: first });
    counts.set(target as Address, (counts.get(target as Address) ?? 0) + 1);
  }
  assert.equal(counts.get(first), undefined);
  assert.equal(counts.size, hotspots.length - 1);
  // Chi squared of 58 degrees of freedom: 104 is passed once in 5000 seeds; this one is fixed.
  const expected = draws / (hotspots.length - 1);
  let chiSquared = 0;
  for (const count of counts.values()) chiSquared += (count - expected) ** 2 / expected;
  assert.ok(chiSquared < 104, `${chiSquared}`);
});

test("zones made once give the target that a pass over all candidates gives", () => {
  const cells = ["85194ad3fffffff", "8526811bfffffff", "852685dbfffffff"] as Cell[];
  const zoned = fc.array(fc.constantFrom(...cells), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(zoned, fc.nat(45), fc.nat(1000), (zones, out, slot) => {
      const some = zones.map((zone, at) => ({ address: hotspots[at] as Address, zone }));
      const exclude = hotspots[out] as Address;
      const drawn = { entropy: bytes(slot), challenge: { slot, index: 0 }, exclude };
      const made = new TargetZones(some);
      // The definition: those of the first zone that the draw reaches, without the challenger.
      const left = some.filter(({ address }) => address !== exclude);
      const order = cells.flatMap((cell) => left.filter(({ zone }) => zone === cell));
      const targets = order.map((_, place) => {
        const { zone, choices } = made.zoneAt(place, exclude);
        const members = order.filter((each) => each.zone === order[place]?.zone);
        assert.equal(choices, members.length);
        const at = members.indexOf(order[place] as TargetCandidate);
        return made.memberAt(zone, { place: at, exclude });
      });
      assert.deepEqual(
        targets,
        order.map(({ address }) => address),
      );
      assert.equal(
        drawTarget({ ...drawn, candidates: made }),
        drawTarget({ ...drawn, candidates: some }),
      );
    }),
  );
});

test("a golden target, so that no rewriting of the draw forks", () => {
  const cells = ["85194ad3fffffff", "8526811bfffffff", "852685dbfffffff"] as Cell[];
  const some = hotspots.map((address, at) => ({ address, zone: cells[(at * at) % 3] as Cell }));
  const targets = [0, 1, 2, 3].map((index) =>
    drawTarget({
      entropy: bytes(7),
      challenge: { slot: 5, index },
      candidates: some,
      exclude: first,
    }),
  );
  assert.deepEqual(
    targets.map((target) => hotspots.indexOf(target as Address)),
    [54, 10, 13, 1],
  );
});

test("without another candidate there is no target", () => {
  const challenge = { slot: 1, index: 0 };
  const [one, two] = candidates as [TargetCandidate, TargetCandidate];
  const draw = (some: TargetCandidate[]) =>
    drawTarget({ entropy: bytes(1), challenge, candidates: some, exclude: first });
  assert.equal(draw([]), undefined);
  assert.equal(draw([one]), undefined);
  assert.equal(draw([one, two]), second);
});

const challenge = { secret: bytes(1), targetEntropy: bytes(2) };

test("golden beacon", () => {
  const payload = beaconPayload({ ...challenge, target: first });
  assert.equal(payload.length, 51);
  assert.equal(
    toHex(payload),
    "207159a1e15a08e01810da98e8eaa79fef854d57c5faf498c5658735347a7fb48845904988d3b023b77d09602bdc3201f5995b",
  );
  assert.equal(
    toHex(payloadHash(payload)),
    "c09fe9d748fd304091fe3d3abe2f3cb067e529181c04da03813875851e10f1e4",
  );
  const frame = beaconFrame(payload);
  assert.equal(frame[0], 0xe0);
  assert.deepEqual(beaconPayloadOf(frame), payload);
});

test("secret, entropy and target all make another payload", () => {
  const payloads = [
    beaconPayload({ ...challenge, target: first }),
    beaconPayload({ ...challenge, target: second }),
    beaconPayload({ ...challenge, secret: bytes(3), target: first }),
    beaconPayload({ ...challenge, targetEntropy: bytes(3), target: first }),
  ];
  assert.equal(new Set(payloads.map(toHex)).size, 4);
});

test("only a proprietary frame of the right length holds a beacon's payload", () => {
  const frame = beaconFrame(new Uint8Array(51));
  assert.equal(beaconPayloadOf(frame.subarray(1)), undefined);
  assert.equal(beaconPayloadOf(Uint8Array.of(0x40, ...frame.subarray(1))), undefined);
  assert.equal(beaconPayloadOf(new Uint8Array(0)), undefined);
});

test("the channel is the payload's first two bytes, little-endian", () => {
  const plan = regionPlan("US915");
  const payload = new Uint8Array(51);
  payload.set([0x05, 0x01]);
  const channel = 0x0105 % plan.beacon.channels.length;
  assert.deepEqual(beaconOf({ payload, plan }), {
    channel,
    frequencyHz: plan.beacon.channels[channel],
    dataRate: plan.beacon.dataRate,
    powerDbm: plan.beacon.powerDbm,
  });
  assert.throws(() => beaconOf({ payload: fromHex("00"), plan }), /not a beacon/);
});

test("witnesses are selected by hash, in whatever order they came", () => {
  const reports = hotspots.map((witness, arrival) => ({ witness, arrival }));
  const selected = selectWitnesses({ ...challenge, reports, max: 14 });
  assert.equal(selected.length, 14);
  assert.deepEqual(
    selectWitnesses({ ...challenge, reports: reports.toReversed(), max: 14 }),
    selected,
  );
  const hashes = selected.map(({ witness }) => witnessOrderHash({ ...challenge, witness }));
  assert.deepEqual(hashes.toSorted(compareBytes), hashes);
  const others = reports.filter((report) => !selected.includes(report));
  for (const { witness } of others) {
    const hash = witnessOrderHash({ ...challenge, witness });
    assert.ok(compareBytes(hash, hashes[13] as Uint8Array) > 0);
  }
  // Who is selected of those reported is who is selected of all.
  const reported = selectWitnesses({ ...challenge, reports, max: 32 });
  assert.deepEqual(selectWitnesses({ ...challenge, reports: reported, max: 14 }), selected);
});

test("of witnesses on one roof, the first in hash order is paid", () => {
  const reports = hotspots.map((witness) => ({ witness }));
  const roof = new Set(hotspots.slice(0, 12));
  const homes = hotspots.map((_, i) => cellAt({ latDegrees: 40, lngDegrees: -105 + i * 0.01 }, 12));
  const cellOf = (witness: Address) =>
    homes[roof.has(witness) ? 0 : hotspots.indexOf(witness)] as Cell;
  const spacing = { cellOf, limits: mainParams };
  const max = hotspots.length;
  const all = selectWitnesses({ ...challenge, reports, max });
  const paid = selectWitnesses({ ...challenge, reports, max, spacing });
  const first = all.find(({ witness }) => roof.has(witness));
  assert.deepEqual(
    paid,
    all.filter((report) => !roof.has(report.witness) || report === first),
  );
  // Those passed over make room for others.
  const few = selectWitnesses({ ...challenge, reports, max: 14, spacing });
  assert.deepEqual(few, paid.slice(0, 14));
});

test("spacing is that of rule 12: 8 cells of resolution 11", () => {
  const [a, b] = hotspots as [Address, Address];
  const home = cellAt({ latDegrees: 40, lngDegrees: -105 }, 11);
  const line = Array.from({ length: 100 }, (_, i) =>
    cellAt({ latDegrees: 40, lngDegrees: -105 + i * 0.0002 }, 11),
  );
  const at = (steps: number) => line.find((cell) => cellGridDistance(home, cell) === steps) as Cell;
  const reports = [{ witness: a }, { witness: b }];
  const countAt = (steps: number) => {
    const cellOf = (witness: Address) => (witness === a ? home : at(steps));
    const spacing = { cellOf, limits: mainParams };
    return selectWitnesses({ ...challenge, reports, max: 14, spacing }).length;
  };
  assert.deepEqual([countAt(7), countAt(8)], [1, 2]);
});
