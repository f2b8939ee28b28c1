import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Fault } from "@katydid/platform";
import { loadKey, loadOrMakeKey } from "./key.ts";
import { TestRandom } from "./testing/fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "katydid-key-"));
after(() => rmSync(folder, { recursive: true }));
const fault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code;

test("a key is made once, for its owner's eyes only, and found again", () => {
  const path = join(folder, "new", "hotspot.key");
  assert.equal(loadKey(path), undefined);
  const made = loadOrMakeKey({ path, random: new TestRandom("a") });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const text = readFileSync(path, "utf8");
  const found = loadOrMakeKey({ path, random: new TestRandom("b") });
  assert.equal(found.address, made.address);
  assert.equal(loadKey(path)?.address, made.address);
  assert.equal(readFileSync(path, "utf8"), text);
});

test("a key that others may read is refused", () => {
  const path = join(folder, "open.key");
  loadOrMakeKey({ path, random: new TestRandom() });
  chmodSync(path, 0o644);
  assert.throws(() => loadKey(path), fault("key-open-to-others"));
});

for (const text of [
  "",
  "{}",
  '{"keyType":"p256","seed":"00"}',
  '{"keyType":"ed25519","seed":"zz"}',
]) {
  test(`a damaged key file is not overwritten: ${JSON.stringify(text)}`, () => {
    const path = join(folder, `damaged-${text.length}.key`);
    writeFileSync(path, text, { mode: 0o600 });
    assert.throws(() => loadOrMakeKey({ path, random: new TestRandom() }), fault("key-malformed"));
    assert.equal(readFileSync(path, "utf8"), text);
  });
}

test("a folder that is a file gives a clear fault", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const path = join(file, "hotspot.key");
  assert.throws(() => loadOrMakeKey({ path, random: new TestRandom() }), Fault);
});
