import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "./folder.ts";

test("a folder is made with its parents, and one that is there is left alone", () => {
  const root = mkdtempSync(join(tmpdir(), "katydid-folder-"));
  try {
    const path = join(root, "a", "b", "c");
    makeFolder({ path, mode: 0o700 });
    assert.equal(statSync(path).mode & 0o777, 0o700);
    makeFolder({ path, mode: 0o700 });
    writeFileSync(join(root, "file"), "");
    assert.throws(() => makeFolder({ path: join(root, "file"), mode: 0o700 }), { code: "EEXIST" });
    assert.throws(() => makeFolder({ path: join(root, "file", "x"), mode: 0o700 }));
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a folder that cannot be is an error and no endless loop", {
  skip: existsSync("/proc/self") ? false : "needs /proc",
}, () => {
  assert.throws(() => makeFolder({ path: "/proc/katydid/deeper", mode: 0o700 }));
});
