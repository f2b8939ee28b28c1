import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { storeContract } from "./contract/index.ts";
import { Fault } from "./fault.ts";
import { openLmdbStore } from "./lmdb-store.ts";

const folder = mkdtempSync(join(tmpdir(), "katydid-store-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;
const fresh = (): string => join(folder, `${made++}`);
const bytes = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));
const fault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code;

storeContract("LMDB", () => openLmdbStore({ path: fresh() }));

test("what was committed is there after opening again", async () => {
  const path = fresh();
  {
    await using store = openLmdbStore({ path });
    await store.scope("a").commit([{ key: bytes("k"), value: bytes("v") }]);
  }
  await using store = openLmdbStore({ path });
  assert.deepEqual(store.scope("a").get(bytes("k")), bytes("v"));
});

test("another format is a fault that names both, and no row of any scope", async () => {
  const path = fresh();
  {
    await using store = openLmdbStore({ path, format: "ledger 1" });
    assert.deepEqual([...store.range()], []);
  }
  assert.throws(() => openLmdbStore({ path, format: "ledger 2" }), fault("store-version"));
  assert.throws(() => openLmdbStore({ path, format: "ledger 2" }), /"ledger 1".*"ledger 2"/);
  await using store = openLmdbStore({ path, format: "ledger 1" });
  assert.deepEqual([...store.range()], []);
});

test("a folder that is open is locked, in this process too", async () => {
  const path = fresh();
  {
    await using _store = openLmdbStore({ path });
    assert.throws(() => openLmdbStore({ path }), fault("store-locked"));
  }
  await using _store = openLmdbStore({ path });
});

test("a lock whose process has gone is taken over", async () => {
  const path = fresh();
  mkdirSync(path);
  const gone = spawn(process.execPath, ["-e", ""]);
  await once(gone, "exit");
  writeFileSync(join(path, "katydid.lock"), `${gone.pid} 1\n`);
  await using store = openLmdbStore({ path });
  assert.equal(store.get(bytes("x")), undefined);
});

test("a lock whose process id has come round again is taken over", {
  skip: process.platform !== "linux" && "start times of processes are read from /proc",
}, async () => {
  const path = fresh();
  mkdirSync(path);
  writeFileSync(join(path, "katydid.lock"), `${process.pid} 1\n`);
  await using store = openLmdbStore({ path });
  assert.equal(store.get(bytes("x")), undefined);
});

test("a folder that cannot be written is a fault with advice", {
  skip: process.getuid?.() === 0 && "root may write anywhere",
}, () => {
  const path = fresh();
  mkdirSync(path);
  chmodSync(path, 0o555);
  assert.throws(() => openLmdbStore({ path }), fault("store-read-only"));
});

test("a path that is a file is a fault with advice", () => {
  const path = fresh();
  writeFileSync(path, "not a folder");
  assert.throws(() => openLmdbStore({ path }), fault("store-open-failed"));
});

test("a store that was opened twice in a row by a killed process keeps its commits", async () => {
  const path = fresh();
  const module = new URL("./lmdb-store.ts", import.meta.url).href;
  const code = `
    import { openLmdbStore } from ${JSON.stringify(module)};
    const store = openLmdbStore({ path: ${JSON.stringify(path)} });
    for (let height = 1; ; height += 1) {
      const writes = ["a", "b", "height"].map((key) => ({
        key: new Uint8Array(Buffer.from(key)),
        value: new Uint8Array(Buffer.from(String(height))),
      }));
      await store.commit(writes);
      console.log(height);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
  let acknowledged = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = chunk.toString().trim().split("\n");
    acknowledged = Math.max(acknowledged, ...lines.map(Number).filter(Number.isFinite));
    if (acknowledged > 20) child.kill("SIGKILL");
  });
  await once(child, "exit");
  await using store = openLmdbStore({ path });
  const values = ["a", "b", "height"].map((key) =>
    Number(Buffer.from(store.get(bytes(key)) ?? bytes("0")).toString()),
  );
  assert.equal(new Set(values).size, 1, `torn: ${values}`);
  assert.ok((values[0] ?? 0) > 20, `lost: ${values} of ${acknowledged}`);
});
