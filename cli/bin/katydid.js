#!/usr/bin/env node
// Starts the command under the project's own Node (the npm package `node`), whatever the machine has.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "..", "src", "main.ts");
const node = ownNode();
if (node === undefined) {
  console.error("katydid: Node 24 is missing; run `npm ci` in the project's folder first.");
  process.exit(1);
}
const child = spawn(
  node,
  ["--disable-warning=ExperimentalWarning", main, ...process.argv.slice(2)],
  {
    stdio: "inherit",
    env: {
      NODE_COMPILE_CACHE: join(here, "..", "..", "node_modules", ".cache", "node"),
      ...process.env,
    },
  },
);
// A terminal sends Ctrl-C to both; a supervisor sends it to this one only. The child decides when to end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

function ownNode() {
  const [major] = process.versions.node.split(".").map(Number);
  try {
    const packageFile = createRequire(import.meta.url).resolve("node/package.json");
    const binary = join(
      dirname(packageFile),
      "bin",
      process.platform === "win32" ? "node.exe" : "node",
    );
    if (existsSync(binary)) return binary;
  } catch {
    // Not installed: fall through to the machine's Node if it is new enough.
  }
  return major >= 24 ? process.execPath : undefined;
}
