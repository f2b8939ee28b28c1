import assert from "node:assert/strict";
import { test } from "node:test";
import { collarUplink, TestBench } from "../testing/test-bench.ts";
import type { Fetch } from "./webhook.ts";

async function bench(fetch: Fetch) {
  const house = await new TestBench({ fetch }).start();
  await house.addDevice();
  const { application } = house;
  assert.ok(application !== undefined);
  await house.router.owners.setWebhooks(application, ["https://example.test/hook?key=1"]);
  return { house, hotspot: await house.connected(1) };
}

test("an event is posted with its name, and again until it is taken, ever later", async () => {
  const posts: { url: string; at: number; body: string }[] = [];
  const answers = [503, "away", 429, 200];
  const { house, hotspot } = await bench(async (url, { body }) => {
    posts.push({ url, at: house.clock.now(), body });
    const status = answers[posts.length - 1];
    if (typeof status === "number") return { status };
    throw new Error("away");
  });
  await hotspot.packet(collarUplink(0));
  await house.clock.advance(120_000);
  assert.deepEqual(
    posts.map(({ at }, i) => at - (posts[i - 1]?.at ?? at)),
    [0, 1000, 4000, 16_000],
  );
  assert.equal(posts[0]?.url, "https://example.test/hook?key=1&event=up");
  assert.equal(posts[3]?.body, house.bus.texts("/event/up")[0], "the same JSON as on MQTT");
});

test("five attempts, and no more; none after a refusal", async () => {
  for (const [status, expected] of [
    [500, 5],
    [404, 1],
  ] as const) {
    let posts = 0;
    const { house, hotspot } = await bench(async () => {
      posts++;
      return { status };
    });
    void hotspot.packet(collarUplink(0));
    await house.clock.advance(1_000_000);
    assert.equal(posts, expected);
  }
});

test("a server that does not answer is given up after the timeout", async () => {
  let aborted = 0;
  const { house, hotspot } = await bench(
    (_url, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          aborted++;
          reject(signal.reason);
        });
      }),
  );
  await hotspot.packet(collarUplink(0));
  await house.clock.advance(10_000);
  assert.equal(aborted, 0);
  await house.clock.advance(1000);
  assert.equal(aborted, 1);
  await house.router[Symbol.asyncDispose]();
  const { clock } = house;
  await clock.advance(1_000_000);
  assert.equal(aborted, 1, "and the router's end ends it");
});
