/** What stops `katydid up`: one clear line, exit code 1, and nothing half-written. */
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { openLmdbStore } from "@katydid/platform";
import { type Ended, freePort, katydid } from "./cli-process.ts";

const root = mkdtempSync(join(tmpdir(), "katydid-cli-"));
after(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const fresh = (): string => join(root, `${made++}`);

async function up(folder: string, ports: { http?: number; mqtt?: number } = {}): Promise<Ended> {
  const { http = await freePort(), mqtt = await freePort() } = ports;
  const few = ["--hotspots", "1", "--collars", "0", "--sensors", "0"];
  const at = ["--data", folder, "--port", String(http), "--mqtt-port", String(mqtt)];
  return katydid(["up", ...at, ...few]);
}

function assertRefused({ code, stdout, stderr }: Ended, says: RegExp): void {
  assert.match(stderr, says);
  assert.match(stderr, /^katydid: [^\n]+\n$/, "one line");
  assert.equal(code, 1);
  assert.doesNotMatch(stdout, /token=/);
}

async function takenPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { port: address.port, [Symbol.dispose]: () => server.close() };
}

describe("katydid up refuses", { timeout: 60_000 }, () => {
  for (const which of ["http", "mqtt"] as const) {
    test(`a port for ${which} that is taken, before it writes anything`, async () => {
      const folder = fresh();
      using taken = await takenPort();
      const ended = await up(folder, { [which]: taken.port });
      assertRefused(ended, new RegExp(`port ${taken.port} .*is taken: .*choose another`));
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  const damages = [
    ["no JSON", "{", /is damaged: move .* away/],
    ["nothing", "", /is damaged: move .* away/],
    ["null", "null", /is damaged: move .* away/],
    ["no more than a format", '{"format":"katydid local network 1"}', /is damaged: move .* away/],
    ["another version", '{"format":"katydid local network 0"}', /another version .*: move .* away/],
  ] as const;
  for (const [what, text, says] of damages) {
    test(`a folder whose network-start.json holds ${what}`, async () => {
      const folder = fresh();
      mkdirSync(folder);
      writeFileSync(join(folder, "network-start.json"), text);
      assertRefused(await up(folder), says);
      assert.deepEqual(readdirSync(folder), ["network-start.json"]);
      assert.equal(readFileSync(join(folder, "network-start.json"), "utf8"), text);
    });
  }

  test("a store of another version", async () => {
    const folder = fresh();
    {
      await using _store = openLmdbStore({ path: join(folder, "ledger"), format: "other 7" });
    }
    assertRefused(await up(folder), /format "other 7" .*move the folder away/);
    assert.deepEqual(readdirSync(folder), ["ledger"]);
  });

  test("a file in place of its folder", async () => {
    const path = fresh();
    writeFileSync(path, "mine");
    assertRefused(await up(path), /Cannot write to .*: .*choose another folder with --data/);
    assert.equal(readFileSync(path, "utf8"), "mine");
  });

  test("a folder where none can be made", {
    skip: !existsSync("/proc/self") && "there is no /proc",
  }, async () => {
    assertRefused(await up("/proc/katydid"), /Cannot write to \/proc\/katydid/);
  });

  test("a folder that is read-only", {
    skip: process.getuid?.() === 0 && "root may write anywhere",
  }, async () => {
    const folder = fresh();
    mkdirSync(folder);
    chmodSync(folder, 0o555);
    assertRefused(await up(folder), /Cannot write to .*: make it writable/);
  });
});

describe("words that it does not know", { timeout: 30_000 }, () => {
  const cases = [
    [["frob"], /unknown command 'frob'/],
    [["wallet", "frob"], /unknown command 'frob'/],
    [["wallet", "send"], /missing required argument 'TO'/],
    [["up", "--frob"], /unknown option '--frob'/],
    [["up", "--port", "22x"], /--port takes a whole number from 0 to 65535, not "22x"/],
  ] as const;
  for (const [words, says] of cases) {
    test(`${words.join(" ")}: exit code 2`, async () => {
      const { code, stdout, stderr } = await katydid(words);
      assert.match(stderr, says);
      assert.match(stderr, /^katydid: [^\n]+\n$/, "one line");
      assert.deepEqual([code, stdout], [2, ""]);
    });
  }

  test("a fleet's result that has no place is refused before the run", async () => {
    const { code, stdout, stderr } = await katydid(["fleet", "--json", join(root, "no", "file")]);
    assert.match(stderr, /^katydid: Cannot write [^\n]+ choose another file with --json\.\n$/);
    assert.deepEqual([code, stdout], [1, ""]);
  });
});
