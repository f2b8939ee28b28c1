import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { OwnerRegistry } from "./owners/owner-registry.ts";
import { openOwnerToken } from "./run-router.ts";
import { MemoryStore } from "./testing/memory-store.ts";
import { SeededRandom } from "./testing/seeded-random.ts";

test("the owner's token is made once, kept in a file of mode 0600, and made anew if lost", async () => {
  const folder = mkdtempSync(join(tmpdir(), "katydid-token-"));
  try {
    const path = join(folder, "owner.token");
    const owners = new OwnerRegistry({ store: new MemoryStore(), random: new SeededRandom(1) });
    const token = await openOwnerToken({ path, router: { owners } });
    assert.equal(readFileSync(path, "utf8"), `${token}\n`);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(await openOwnerToken({ path, router: { owners } }), token);
    writeFileSync(path, "something else\n", { mode: 0o644 });
    const next = await openOwnerToken({ path, router: { owners } });
    assert.notEqual(next, token);
    assert.equal(owners.byToken(token), undefined);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(owners.size, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
