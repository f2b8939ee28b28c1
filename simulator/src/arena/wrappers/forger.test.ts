import assert from "node:assert/strict";
import { test } from "node:test";
import { db, dbm, freeSpaceBoundMilliDbm, hertz } from "@katydid/protocol";
import fc from "fast-check";
import { SeededRandom } from "../../world/seeded-random.ts";
import { type Claim, Forger, type ForgerOptions } from "./forger.ts";
import { plan } from "./rig.test-data.ts";

const at = (x: number, y = 0): Claim => ({ point: { x, y }, gainDbi: 1.2 });
const forger = (options: Partial<ForgerOptions> = {}) =>
  new Forger({ random: new SeededRandom("forger"), plan, ...options });

const coordinate = fc.integer({ min: -5000, max: 5000 });
const claim = fc.tuple(coordinate, coordinate).map(([x, y]) => at(x, y));

test("the same both ways, whatever the pair", () => {
  const one = forger();
  fc.assert(
    fc.property(claim, claim, (a, b) => {
      assert.equal(one.meanDbm(a, b), one.meanDbm(b, a));
    }),
  );
});

test("no forged signal is above the free-space bound of rule 13", () => {
  const one = forger({ clutterDb: 3 });
  fc.assert(
    fc.property(claim, claim, (a, b) => {
      const meters = Math.hypot(a.point.x - b.point.x, a.point.y - b.point.y);
      const signal = one.signal(a, b);
      // Nobody witnesses within 400 m (rule 12).
      if (signal === undefined || meters < 400) return;
      const bound = freeSpaceBoundMilliDbm({
        ...{ txPowerDbm: dbm(plan.beacon.powerDbm), txGainDbi: db(1.2), rxGainDbi: db(1.2) },
        ...{ frequencyHz: plan.beacon.channels[0] ?? hertz(0) },
        distanceMillimeters: Math.floor(meters * 1000),
      });
      assert.ok(signal.rssiDbm * 1000 <= bound, `${signal.rssiDbm} dBm over ${meters} m`);
    }),
  );
});

test("farther is weaker, but for shadowing; far enough is nothing", () => {
  const one = forger();
  assert.ok(one.expectedDbm(at(0), at(500)) > one.expectedDbm(at(0), at(1000)));
  assert.ok(Math.abs(one.meanDbm(at(0), at(500)) - one.expectedDbm(at(0), at(500))) < 20);
  assert.notEqual(one.signal(at(0), at(300)), undefined);
  assert.equal(one.signal(at(0), at(30_000)), undefined);
});

test("a link that falls a little short is lifted just above the floor", () => {
  const lifted = forger({ liftDb: 1000 }).signal(at(0), at(30_000));
  assert.ok(lifted !== undefined && lifted.rssiDbm < -128 && lifted.rssiDbm >= -133);
});

test("thicker walls make it weaker by twice their difference", () => {
  const [thin, thick] = [forger({ clutterDb: 10 }), forger({ clutterDb: 20 })];
  const difference = thin.meanDbm(at(0), at(900)) - thick.meanDbm(at(0), at(900));
  assert.ok(Math.abs(difference - 20) < 1e-9);
});

test("SNR belongs to the power, and saturates as the chips' does", () => {
  assert.equal(forger().signalOf(-60).snrDb, 13);
  // -174 dBm/Hz, 125 kHz and 3 dB of noise: -120.03.
  assert.equal(forger().signalOf(-130).snrDb, -10);
});
