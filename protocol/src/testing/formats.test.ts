import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeBase64Url, encodeBase64Url } from "../bytes/base64.ts";
import { utf8 } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { sha256 } from "../bytes/hash.ts";
import { addressBytes, addressOf } from "../identity/address.ts";
import {
  CLAIM_PREFIX,
  claimText,
  claimWords,
  parseClaim,
  parseClaimWords,
} from "../identity/claim.ts";
import {
  createLoginToken,
  LOGIN_SECONDS_MAX,
  LOGIN_SKEW_SECONDS,
  verifyLoginToken,
} from "../identity/login-token.ts";
import { formatNetworkFile, parseNetworkFile } from "../identity/network-file.ts";
import type { Claim } from "../messages/message.ts";
import { relaysFor, reportTopic, routerFilter, toTopic } from "../messages/topics.ts";
import { buildEuiFilter, euiFilterHas, isEuiFilter } from "../radio/eui-filter.ts";
import { milliseconds } from "../units.ts";
import { sampleChainId as chainId, messageSamples, sampleKey } from "./samples.ts";

const claim = messageSamples.find(({ kind }) => kind === "claim") as Claim;

test("a claim survives paper and telephone", () => {
  const text = claimText(claim);
  assert.ok(text.startsWith(CLAIM_PREFIX));
  assert.deepEqual(parseClaim(text), claim);
  assert.deepEqual(parseClaim(`  ${text}\n`), claim);
  const words = claimWords(claim);
  assert.equal(words.split("\n").length, 56);
  assert.deepEqual(parseClaimWords(words), claim);
  assert.deepEqual(parseClaimWords(words.toUpperCase().replaceAll("\n", " - ")), claim);
  const numbered = words.split("\n").map((line, i) => `${i + 1}. ${line}`);
  assert.deepEqual(parseClaimWords(numbered.join("\n")), claim);
});

test("a claim with one mistake is none", () => {
  const text = claimText(claim);
  for (let at = CLAIM_PREFIX.length; at < text.length; at++) {
    const letter = text[at] === "2" ? "3" : "2";
    assert.throws(() => parseClaim(text.slice(0, at) + letter + text.slice(at + 1)), DecodeError);
  }
  const words = claimWords(claim).split(/\s+/);
  // A word left out, and two swapped, are noticed where they are.
  const without = words.toSpliced(9, 1).join(" ");
  assert.throws(() => parseClaimWords(without), { code: "malformed-text", field: /^word 10, / });
  const [, , third = "", fourth = ""] = words;
  const swapped = words.toSpliced(2, 2, fourth, third).join(" ");
  assert.throws(() => parseClaimWords(swapped), { code: "malformed-text", field: /^word 3, / });
  assert.throws(() => parseClaimWords(words.slice(0, -3).join(" ")), { code: "checksum-mismatch" });
  assert.throws(() => parseClaimWords(""), { code: "truncated" });
  assert.throws(() => parseClaim("device:claim:22"), { code: "unknown-kind" });
  assert.throws(() => parseClaim(`${CLAIM_PREFIX}0`), { code: "malformed-text" });
  assert.throws(() => parseClaim("k".repeat(5000)), { code: "out-of-range" });
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (noise) => {
      assert.throws(() => parseClaim(CLAIM_PREFIX + noise), DecodeError);
      assert.throws(() => parseClaimWords(noise), DecodeError);
    }),
  );
});

const pairsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ joinEui: 7n, devEui: BigInt(i) * 7919n }));

test("an EUI filter never denies what is in it", () => {
  const eui = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const pairs = fc.array(fc.record({ joinEui: eui, devEui: eui }), { maxLength: 200 });
  fc.assert(
    fc.property(pairs, (keys) => {
      const filter = buildEuiFilter(keys);
      assert.ok(filter && isEuiFilter(filter));
      for (const key of keys) assert.ok(euiFilterHas(filter, key.joinEui, key.devEui));
      assert.deepEqual(buildEuiFilter([...keys, ...keys].reverse()), filter);
    }),
  );
  for (const count of [1, 2, 3, 10, 1000, 26_000]) {
    const filter = buildEuiFilter(pairsOf(count));
    assert.ok(filter && filter.length <= 65_536);
    const keys = pairsOf(count);
    assert.ok(keys.every(({ joinEui, devEui }) => euiFilterHas(filter, joinEui, devEui)));
  }
});

test("an EUI filter mistakes few others, and is small", () => {
  const filter = buildEuiFilter(pairsOf(10_000));
  assert.ok(filter);
  let mistaken = 0;
  for (let i = 0n; i < 50_000n; i++) if (euiFilterHas(filter, 8n, i)) mistaken++;
  // 0.76 expected at 1 in 65,536.
  assert.ok(mistaken <= 6, `${mistaken}`);
  assert.ok(filter.length <= 2.7 * 10_000);
});

test("too many devices are refused, and a malformed filter holds none", () => {
  assert.equal(buildEuiFilter(pairsOf(33_000)), undefined);
  const filter = buildEuiFilter(pairsOf(100));
  assert.ok(filter);
  const malformed = [
    filter.subarray(0, -1),
    filter.subarray(0, 7),
    filter.with(0, 2),
    filter.with(1, 200),
    filter.with(2, 9),
    new Uint8Array(70_000).fill(1),
    Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  ];
  for (const bytes of malformed) {
    assert.ok(!isEuiFilter(bytes));
    assert.ok(!euiFilterHas(bytes, 7n, 0n));
  }
  assert.ok(isEuiFilter(new Uint8Array(0)));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.equal(typeof euiFilterHas(bytes, 1n, 2n), "boolean");
    }),
  );
});

const now = milliseconds(1_790_000_000_000);
const signer = sampleKey("hotspot");

/** A token with other claims or another header, signed all the same. */
function tokenOf({ header = {}, claims = {} }: { header?: object; claims?: object }): string {
  const iat = now / 1000;
  const parts = [
    { alg: "EdDSA", typ: "JWT", ...header },
    { sub: signer.address, aud: chainId, iat, exp: iat + 60, ...claims },
  ];
  const signed = parts.map((part) => encodeBase64Url(utf8(JSON.stringify(part)))).join(".");
  return `${signed}.${encodeBase64Url(signer.sign(utf8(signed)))}`;
}

test("a login token says who it is until it expires", () => {
  const token = createLoginToken({ signer, chainId, now });
  const at = (seconds: number) => {
    const time = milliseconds(now + 1000 * seconds);
    const verified = verifyLoginToken({ token, chainId, now: time });
    return verified.outcome === "valid" ? verified.address : verified.reason;
  };
  const last = LOGIN_SECONDS_MAX + LOGIN_SKEW_SECONDS;
  assert.equal(at(0), signer.address);
  assert.equal(at(-LOGIN_SKEW_SECONDS), signer.address);
  assert.equal(at(-LOGIN_SKEW_SECONDS - 1), "not-yet-valid");
  assert.equal(at(last - 1), signer.address);
  assert.equal(at(last), "expired");
});

test("login tokens are refused in this order", () => {
  const iat = now / 1000;
  const wrong = { sub: "nobody", aud: "elsewhere", iat: iat + 1000, exp: iat + 9000 };
  const { aud, sub, exp, ...early } = wrong;
  const table: [string, string, string][] = [
    ["no token", "", "malformed"],
    ["two parts", "e30.e30", "malformed"],
    ["four parts", `${tokenOf({})}.e30`, "malformed"],
    ["padding", `${tokenOf({})}=`, "malformed"],
    ["no JSON", "e30x.e30x.AA", "malformed"],
    ["too long", "a".repeat(2000), "malformed"],
    ["no algorithm", tokenOf({ header: { alg: "none" }, claims: wrong }), "wrong-algorithm"],
    ["no times", tokenOf({ claims: { ...wrong, iat: "now" } }), "malformed"],
    ["wrong in all", tokenOf({ claims: wrong }), "wrong-audience"],
    ["and the subject", tokenOf({ claims: { sub, exp, ...early } }), "unknown-subject"],
    ["and the lifetime", tokenOf({ claims: { exp, ...early } }), "lifetime-too-long"],
    ["and the time", tokenOf({ claims: { exp: iat + 1060, ...early } }), "not-yet-valid"],
    ["expired", tokenOf({ claims: { iat: iat - 600, exp: iat - 200 } }), "expired"],
    [
      "signed by another",
      tokenOf({ claims: { sub: sampleKey("owner").address } }),
      "signature-invalid",
    ],
  ];
  assert.equal(aud, "elsewhere");
  for (const [name, token, reason] of table) {
    assert.deepEqual(
      verifyLoginToken({ token, chainId, now }),
      { outcome: "refused", reason },
      name,
    );
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (token) => {
      assert.equal(verifyLoginToken({ token, chainId, now }).outcome, "refused");
    }),
  );
});

test("base64url has one text for each bytes (RFC 4648 §10)", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const text = encodeBase64Url(bytes);
      assert.equal(text, Buffer.from(bytes).toString("base64url"));
      assert.deepEqual(decodeBase64Url(text), bytes);
    }),
  );
  for (const bad of ["A", "AB", "AAB", "AA==", "A+", "A/", "AAAAA", "é"]) {
    assert.equal(decodeBase64Url(bad), undefined, bad);
  }
});

const file = {
  chainId: "katydid-1",
  trustedHeader: { height: 7, hash: "ab".repeat(32) },
  ledgers: ["https://ledger.example", "http://127.0.0.1:8080"],
  relays: ["mqtts://relay.example:8883"],
};

test("a network file is read as it was written, and its flaw is named", () => {
  assert.deepEqual(parseNetworkFile(formatNetworkFile(file)), file);
  assert.deepEqual(parseNetworkFile(JSON.stringify({ ...file, later: 1 })), file);
  const table: [object, string][] = [
    [{ chainId: "a b" }, "chainId"],
    [{ trustedHeader: undefined }, "trustedHeader"],
    [{ trustedHeader: { ...file.trustedHeader, height: 0 } }, "trustedHeader.height"],
    [{ trustedHeader: { ...file.trustedHeader, hash: "AB".repeat(32) } }, "trustedHeader.hash"],
    [{ ledgers: "https://ledger.example" }, "ledgers"],
    [{ ledgers: ["file:///etc/passwd"] }, "ledgers"],
    [{ ledgers: Array(65).fill("https://ledger.example") }, "ledgers"],
    [{ relays: ["https://relay.example"] }, "relays"],
    [{ relays: [7] }, "relays"],
  ];
  for (const [change, field] of table) {
    const json = JSON.stringify({ ...file, ...change });
    assert.throws(() => parseNetworkFile(json), { name: "DecodeError", field });
  }
  for (const json of ["", "{", "null", "[]", '"x"', " ".repeat(70_000)]) {
    assert.throws(() => parseNetworkFile(json), DecodeError);
  }
});

test("three relays carry a key, and one that goes moves only its own share", () => {
  const relays = Array.from({ length: 12 }, (_, i) => addressOf(sha256(Uint8Array.of(i))));
  const [gone = relays[0], ...rest] = relays;
  const used = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const key = sha256(utf8(`key ${i}`));
    const chosen = relaysFor(relays, key);
    assert.equal(new Set(chosen).size, 3);
    assert.deepEqual(relaysFor(relays.toReversed(), key), chosen);
    const left = chosen.filter((relay) => relay !== gone);
    assert.deepEqual(relaysFor(rest, key).slice(0, left.length), left);
    for (const relay of chosen) used.add(relay);
  }
  assert.equal(used.size, 12);
  assert.deepEqual(relaysFor([], addressBytes(signer.address)), []);
});

test("topics", () => {
  assert.match(reportTopic(new Uint8Array(51)), /^kd\/report\/[0-9a-f]{16}$/);
  assert.equal(toTopic(signer.address, "ack"), `kd/to/${signer.address}/ack`);
  assert.equal(routerFilter(signer.address), `kd/up/${signer.address}/+`);
});
