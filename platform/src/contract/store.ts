/** What every Store does. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RangeOptions, Store } from "../store.ts";

const key = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const text = (value: string): Uint8Array => new Uint8Array(new TextEncoder().encode(value));

export function storeContract(name: string, make: () => Store | Promise<Store>): void {
  describe(`store contract: ${name}`, () => {
    test("a commit is visible at once and its promise resolves", async () => {
      await using store = await make();
      const durable = store.commit([{ key: text("a"), value: text("1") }]);
      assert.deepEqual(store.get(text("a")), text("1"));
      await durable;
      assert.equal(store.get(text("b")), undefined);
    });

    test("writes apply in order, undefined deletes, an empty value is a value", async () => {
      await using store = await make();
      await store.commit([
        { key: text("a"), value: text("1") },
        { key: text("a"), value: text("2") },
        { key: text("b"), value: text("3") },
        { key: text("b"), value: undefined },
        { key: text("never"), value: undefined },
        { key: text("empty"), value: key() },
      ]);
      assert.deepEqual(store.get(text("a")), text("2"));
      assert.equal(store.get(text("b")), undefined);
      assert.deepEqual(store.get(text("empty")), key());
      await store.commit([{ key: text("a"), value: undefined }]);
      assert.equal(store.get(text("a")), undefined);
    });

    test("range is in unsigned byte order, start inclusive, end exclusive", async () => {
      await using store = await make();
      const keys = [key(255), key(1), key(1, 0), key(0), key(128), key(1, 255), key(2)];
      await store.commit(keys.map((each) => ({ key: each, value: each })));
      const all = [key(0), key(1), key(1, 0), key(1, 255), key(2), key(128), key(255)];
      assert.deepEqual(keysOf(store), all);
      const middle = [key(1), key(1, 0), key(1, 255)];
      assert.deepEqual(keysOf(store, { start: key(1), end: key(2) }), middle);
      const down = keysOf(store, { start: key(1), end: key(2), reverse: true });
      assert.deepEqual(down, [...middle].reverse());
      assert.deepEqual(keysOf(store, { limit: 2 }), all.slice(0, 2));
      assert.deepEqual(keysOf(store, { reverse: true, limit: 2 }), [key(255), key(128)]);
      assert.deepEqual(keysOf(store, { start: key(1, 1), limit: 1 }), [key(1, 255)]);
      assert.deepEqual(keysOf(store, { start: key(3), end: key(3) }), []);
      assert.deepEqual(keysOf(store, { start: key(9), end: key(3) }), []);
    });

    test("range is a snapshot of the moment of the call", async () => {
      await using store = await make();
      await store.commit([1, 2, 3].map((each) => ({ key: key(each), value: key(each) })));
      const before = store.range();
      await store.commit([
        { key: key(2), value: undefined },
        { key: key(3), value: key(33) },
        { key: key(4), value: key(4) },
      ]);
      assert.deepEqual(
        [...before].map(([, value]) => value[0]),
        [1, 2, 3],
      );
      assert.deepEqual(
        [...store.range()].map(([, value]) => value[0]),
        [1, 33, 4],
      );
    });

    test("the bytes of a commit are copied", async () => {
      await using store = await make();
      const mine = { key: key(7), value: key(1, 2, 3) };
      await store.commit([mine]);
      mine.key[0] = 8;
      mine.value[0] = 9;
      assert.deepEqual(store.get(key(7)), key(1, 2, 3));
      assert.equal(Object.getPrototypeOf(store.get(key(7))), Uint8Array.prototype);
    });

    test("scopes do not meet each other, nor the store they are of", async () => {
      await using store = await make();
      const scopes = [store, store.scope("a"), store.scope("ab"), store.scope("a").scope("b")];
      for (const [at, scope] of scopes.entries()) {
        await scope.commit([{ key: text("b"), value: key(at) }]);
      }
      for (const [at, scope] of scopes.entries()) {
        assert.deepEqual(scope.get(text("b")), key(at));
        assert.deepEqual(keysOf(scope), [text("b")]);
      }
      // The same name again is the same scope.
      assert.deepEqual(store.scope("ab").get(text("b")), key(2));
    });

    test("disposing a scope leaves the store open", async () => {
      await using store = await make();
      await store.scope("a")[Symbol.asyncDispose]();
      await store.commit([{ key: key(1), value: key(1) }]);
      assert.deepEqual(store.get(key(1)), key(1));
    });

    test("keys of 1 and of 1,000 bytes fit, others are a bug of the caller", async () => {
      await using store = await make();
      const long = new Uint8Array(1000).fill(255);
      await store.scope("x".repeat(64)).commit([{ key: long, value: key(1) }]);
      await store.commit([{ key: long, value: key(2) }]);
      assert.deepEqual(store.get(long), key(2));
      await assert.rejects(async () => store.commit([{ key: key(), value: key(1) }]));
      const tooLong = new Uint8Array(1001);
      await assert.rejects(async () => store.commit([{ key: tooLong, value: key(1) }]));
    });

    test("a commit with a bad key applies nothing", async () => {
      await using store = await make();
      const writes = [
        { key: key(1), value: key(1) },
        { key: key(), value: key(2) },
      ];
      await assert.rejects(async () => store.commit(writes));
      assert.equal(store.get(key(1)), undefined);
    });
  });
}

function keysOf(store: Store, options?: RangeOptions): Uint8Array[] {
  return [...store.range(options)].map(([each]) => each);
}
