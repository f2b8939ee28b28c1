import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { logContract } from "./contract/index.ts";
import { createLog, REDACTED_FIELDS, silentLog } from "./pino-log.ts";

logContract("silent", () => silentLog);
logContract("pino at silent", () => createLog({ level: "silent" }));

const here = new URL("./pino-log.ts", import.meta.url).href;

test("a line is JSON on stderr, and no secret is in it", () => {
  const secrets = Object.fromEntries(REDACTED_FIELDS.map((field) => [field, "HIDDEN"]));
  const code = `
    import { createLog } from ${JSON.stringify(here)};
    const log = createLog({ level: "info" }).child({ part: "test" });
    log.debug({ seen: false }, "below the level");
    log.info({ ...${JSON.stringify(secrets)}, inner: ${JSON.stringify(secrets)}, motes: 5n }, "hello");`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    encoding: "utf8",
  });
  assert.equal(stdout, "");
  const lines = stderr.trim().split("\n");
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? "");
  assert.equal(line.msg, "hello");
  assert.equal(line.level, "info");
  assert.equal(line.part, "test");
  assert.equal(line.motes, 5);
  assert.doesNotMatch(stderr, /HIDDEN/);
});

test("the last line before the end of the process is written", () => {
  const code = `
    import { createLog } from ${JSON.stringify(here)};
    createLog().error({}, "last words");
    process.exit(3);`;
  assert.throws(
    () => execFileSync(process.execPath, ["--input-type=module", "-e", code], { stdio: "pipe" }),
    (error) => error instanceof Error && "stderr" in error && /last words/.test(`${error.stderr}`),
  );
});
