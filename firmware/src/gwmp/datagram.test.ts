import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fromHex, toHex } from "@katydid/protocol";
import fc from "fast-check";
import { encodeGwmp, type GwmpDatagram, parseGwmp } from "./datagram.ts";

const VECTORS = new URL("../../../../shared/vectors/gwmp-datagram.json", import.meta.url);

interface VectorFile {
  readonly cases: readonly {
    readonly name: string;
    readonly input: { readonly datagram: string };
    readonly expected: Record<string, unknown>;
  }[];
}

test("the shared vectors", { skip: !existsSync(VECTORS) && "no ../shared here" }, () => {
  const { cases } = JSON.parse(readFileSync(VECTORS, "utf8")) as VectorFile;
  assert(cases.length > 0);
  for (const { name, input, expected } of cases) {
    const parsed: Record<string, unknown> = { ...parseGwmp(fromHex(input.datagram)) };
    if (expected.error) assert.equal(parsed.kind, "malformed", name);
    else for (const [key, value] of Object.entries(expected)) assert.deepEqual(parsed[key], value);
  }
});

const EUI = "aa555a0000000000";
const OBJECT = toHex(new TextEncoder().encode('{"stat":{}}'));

const malformed: readonly (readonly [string, string, string])[] = [
  ["nothing", "", "too-short"],
  ["three bytes", "02aabb", "too-short"],
  ["version 0", `00aabb00${EUI}7b7d`, "version-unsupported"],
  ["version wins over kind", "03aabb09", "version-unsupported"],
  ["kind 6", "02aabb06", "kind-unknown"],
  ["kind 255", `02aabbff${EUI}`, "kind-unknown"],
  ["PUSH_DATA without EUI", "02aabb00", "wrong-length"],
  ["PUSH_DATA without JSON", `02aabb00${EUI}`, "json-malformed"],
  ["PULL_DATA that is short", "02aabb02aa555a00000000", "wrong-length"],
  ["PULL_DATA that is long", `02aabb02${EUI}00`, "wrong-length"],
  ["PUSH_ACK that is long", "02aabb0100", "wrong-length"],
  ["TX_ACK without EUI", "02aabb05", "wrong-length"],
  ["cut JSON", `02aabb00${EUI}${OBJECT.slice(0, -2)}`, "json-malformed"],
  ["an array", `02aabb00${EUI}5b5d`, "json-malformed"],
  ["null", `02aabb00${EUI}6e756c6c`, "json-malformed"],
  ["not UTF-8", `02aabb00${EUI}7b22ff223a317d`, "json-malformed"],
];

test("what cannot be read is malformed, with its reason", () => {
  for (const [name, hex, reason] of malformed) {
    assert.deepEqual(parseGwmp(fromHex(hex)), { kind: "malformed", reason }, name);
  }
  const deep = new TextEncoder().encode(`{"a":${"[".repeat(60_000)}`);
  const datagram = new Uint8Array([...fromHex(`02aabb00${EUI}`), ...deep]);
  assert.equal(parseGwmp(datagram).kind, "malformed");
  assert.deepEqual(parseGwmp(new Uint8Array(65_508)), { kind: "malformed", reason: "too-long" });
});

const header = {
  version: fc.constantFrom(1 as const, 2 as const),
  token: fc.nat(0xffff).map((token) => token.toString(16).padStart(4, "0")),
};
const gatewayEui = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(toHex);
// Through JSON: -0 and the like are not what it can say.
const json = fc
  .dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true })
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);
const kindOf = <Kind extends GwmpDatagram["kind"]>(kind: Kind) => fc.constant(kind);
const datagram: fc.Arbitrary<GwmpDatagram> = fc.oneof(
  fc.record({ ...header, kind: kindOf("push-data"), gatewayEui, json }),
  fc.record({ ...header, kind: kindOf("push-ack") }),
  fc.record({ ...header, kind: kindOf("pull-data"), gatewayEui }),
  fc.record({ ...header, kind: kindOf("pull-resp"), json }),
  fc.record({ ...header, kind: kindOf("pull-ack") }),
  fc.record({ ...header, kind: kindOf("tx-ack"), gatewayEui }),
  fc.record({ ...header, kind: kindOf("tx-ack"), gatewayEui, json }),
);

test("what is written is read again", () => {
  fc.assert(
    fc.property(datagram, (value) => {
      assert.deepEqual({ ...parseGwmp(encodeGwmp(value)) }, { ...value });
    }),
  );
});

test("any bytes are some datagram, and none throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert(typeof parseGwmp(bytes).kind === "string");
    }),
  );
});
