import assert from "node:assert/strict";
import { test } from "node:test";
import { beaconPayload } from "@katydid/protocol";
import { SeededRandom } from "../../world/seeded-random.ts";
import { keyOf, rig } from "./rig.test-data.ts";
import { type Foreseen, SecretBook } from "./secret-book.ts";

test("a reader over the shoulder changes no draw, in any stream", () => {
  const plain = new SeededRandom("agent");
  const read = new SecretBook().over(new SeededRandom("agent"));
  assert.deepEqual(read.bytes(32), plain.bytes(32));
  assert.equal(read.below(1000), plain.below(1000));
  assert.equal(read.unit(), plain.unit());
  const [one, other] = [read.stream("challenges"), plain.stream("challenges")];
  assert.deepEqual(one.bytes(32), other.bytes(32));
});

test("the payload of an own challenge is foreseen, that of another is not", () => {
  const { ledger } = rig();
  const book = new SecretBook();
  const foreseen: Foreseen[] = [];
  book.follow(ledger, (one) => foreseen.push(one));
  const secret = book.over(new SeededRandom("agent")).stream("challenges").bytes(32);
  const target = keyOf("target").address;
  ledger.draw({ target });
  assert.deepEqual(foreseen, []);
  const { targetEntropy, challenger } = ledger.draw({ target, secret });
  const payload = beaconPayload({ secret, targetEntropy, target });
  assert.deepEqual(foreseen, [{ payload, challenger, target }]);
});
