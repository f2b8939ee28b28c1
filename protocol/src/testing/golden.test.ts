import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import formats from "../../fixtures/formats.json" with { type: "json" };
import messages from "../../fixtures/messages.json" with { type: "json" };
import transactions from "../../fixtures/transactions.json" with { type: "json" };
import { concatBytes, fromHex } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { decodeMessage, encodeMessage, MESSAGE_BYTES_MAX } from "../messages/message-codec.ts";
import {
  decodeBody,
  decodeTransaction,
  encodeBody,
  encodeTransaction,
  TRANSACTION_BYTES_MAX,
} from "../transactions/transaction-codec.ts";
import { formatVectors, messageVectors, plain, transactionVectors } from "./golden.ts";
import { messageSamples, transactionSamples } from "./samples.ts";

test("every format is what the golden vectors say (fixtures/make.ts rewrites them)", () => {
  assert.deepEqual(messageVectors(), messages);
  assert.deepEqual(transactionVectors(), transactions);
  assert.deepEqual(formatVectors(), formats);
});

test("there is a vector of every kind", () => {
  assert.equal(new Set(messages.cases.map(({ message }) => message.kind)).size, 13);
  assert.equal(new Set(transactions.cases.map(({ body }) => body.kind)).size, 23);
});

test("golden bytes decode to what was encoded", () => {
  for (const [i, { bytes, message }] of messages.cases.entries()) {
    const decoded = decodeMessage(fromHex(bytes));
    assert.deepEqual(decoded, messageSamples[i]);
    assert.deepEqual(plain(decoded), message);
  }
  for (const [i, { bytes, body }] of transactions.cases.entries()) {
    const decoded = decodeTransaction(fromHex(bytes));
    assert.deepEqual(decoded.body, transactionSamples[i]);
    assert.deepEqual(plain(decoded.body), body);
    assert.deepEqual(decodeBody(encodeBody(decoded.body)), decoded.body);
  }
});

/** A decoder and its encoder: for any bytes either DecodeError, or the same bytes again. */
interface Format {
  readonly name: string;
  readonly again: (bytes: Uint8Array) => Uint8Array;
  readonly golden: readonly Uint8Array[];
  /** Bytes that begin as the format does, so that random ones get further. */
  readonly tags: number;
}

const formatList: readonly Format[] = [
  {
    name: "messages",
    again: (bytes) => encodeMessage(decodeMessage(bytes)),
    golden: messages.cases.map(({ bytes }) => fromHex(bytes)),
    tags: 13,
  },
  {
    name: "transactions",
    again: (bytes) => encodeTransaction(decodeTransaction(bytes)),
    golden: transactions.cases.map(({ bytes }) => fromHex(bytes)),
    tags: 23,
  },
];

function isExact({ again }: Format, bytes: Uint8Array): boolean {
  try {
    assert.deepEqual(again(bytes), bytes);
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

for (const format of formatList) {
  const { name, golden, tags } = format;

  test(`${name}: random bytes`, () => {
    const random = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(random, (bytes) => void isExact(format, bytes)),
      { numRuns: 500 },
    );
    const kind = fc.integer({ min: 1, max: tags });
    fc.assert(
      fc.property(kind, random, (tag, bytes) => {
        isExact(format, concatBytes(Uint8Array.of(1, tag), bytes));
      }),
      { numRuns: 3000 },
    );
  });

  test(`${name}: flipped bits, cut and longer bytes`, () => {
    let accepted = 0;
    for (const bytes of golden) {
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const at = bit >> 3;
        const changed = bytes.with(at, (bytes[at] as number) ^ (1 << (bit & 7)));
        if (isExact(format, changed)) accepted++;
      }
      for (let end = 0; end < bytes.length; end++) {
        assert.ok(!isExact(format, bytes.subarray(0, end)), `${name} cut at ${end}`);
      }
      assert.ok(!isExact(format, concatBytes(bytes, Uint8Array.of(0))));
    }
    // Most bits are of keys, hashes and signatures, where any value may stand.
    assert.ok(accepted > 1000);
  });

  test(`${name}: replaced slices`, () => {
    const sample = fc.constantFrom(...golden);
    const patch = fc.uint8Array({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sample, fc.nat(), patch, (bytes, place, patched) => {
        const at = place % bytes.length;
        const before = bytes.subarray(0, at);
        isExact(format, concatBytes(before, patched, bytes.subarray(at + patched.length)));
        isExact(format, concatBytes(before, patched, bytes.subarray(at)));
      }),
      { numRuns: 3000 },
    );
  });
}

test("another version, an unknown kind, and too many bytes", () => {
  assert.throws(() => decodeMessage(Uint8Array.of(2, 1)), { code: "unknown-version" });
  assert.throws(() => decodeMessage(Uint8Array.of(1, 14)), { code: "unknown-kind" });
  assert.throws(() => decodeTransaction(Uint8Array.of(0, 1)), { code: "unknown-version" });
  assert.throws(() => decodeTransaction(Uint8Array.of(1, 200)), { code: "unknown-kind" });
  const long = { code: "out-of-range" };
  assert.throws(() => decodeMessage(new Uint8Array(MESSAGE_BYTES_MAX + 1)), long);
  assert.throws(() => decodeTransaction(new Uint8Array(TRANSACTION_BYTES_MAX + 1)), long);
});
