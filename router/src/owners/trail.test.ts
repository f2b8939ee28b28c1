import assert from "node:assert/strict";
import { test } from "node:test";
import type { UplinkEvent } from "../events/events.ts";
import { WriteBatch } from "../store/write-batch.ts";
import { MemoryStore } from "../testing/memory-store.ts";
import { Trail } from "./trail.ts";

const DEV_EUI = "70b3d57ed0000001";

/** A position heard at that time; clocks have fractions of a millisecond. */
function uplink(fCnt: number, at: number): UplinkEvent {
  return {
    kind: "up",
    at,
    fCnt,
    device: { devEui: DEV_EUI },
    decoded: { position: { latitude: 40, longitude: -105 } },
    receptions: [],
  } as unknown as UplinkEvent;
}

test("a trail keeps the newest positions and lets the oldest go, at whatever time they came", async () => {
  const store = new MemoryStore();
  const batch = new WriteBatch({ store });
  const trail = new Trail({ store, batch, pointsMax: 10 });
  const begun = 1_795_000_000_000.25;
  for (let at = 0; at < 200; at += 1) {
    trail.onUplink(uplink(at, begun + 1000.5 * at));
    await batch.commit();
  }
  const points = trail.of(DEV_EUI, { limit: 1000 });
  assert.ok(points.length >= 10 && points.length <= 10 + 33, `${points.length} points are kept`);
  assert.equal(points.at(-1)?.at, Math.floor(begun + 1000.5 * 199));
  const times = points.map(({ at }) => at);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
});
