// `npm test`: what a change must pass before it lands, in minutes on two cores. Installs (as root, on
// Debian) or names what it lacks. `npm test -- PATTERN ...` runs only these test files.
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const [major] = process.versions.node.split(".").map(Number);
if (major < 24) {
  console.error("Run the tests with `npm test`: it brings Node 24 (needs `npm ci` first).");
  process.exit(1);
}

const patterns = process.argv.slice(2);
const steps =
  patterns.length > 0
    ? []
    : [
        ["types", ["node_modules/.bin/tsc", "-p", "tsconfig.json"]],
        ["lint", ["node_modules/.bin/biome", "check", "."]],
      ];
for (const [name, command] of steps) run(name, command);

ensureBrowser();
run("console build", [process.execPath, "console/build.mjs"]);

if (patterns.length > 0) {
  test("tests", globSync(patterns));
} else {
  // One process for what is fast; one each for what opens ports, stores and browsers.
  test(
    "unit and conformance",
    globSync(["*/src/**/*.test.ts", "test/*.test.ts", "test/conformance/*.test.ts"]),
    ["--test-isolation=none"],
  );
  test("end to end", globSync(["test/end-to-end/*.test.ts"]), ["--test-concurrency=1"]);
}

function test(name, files, flags = []) {
  if (files.length === 0) {
    console.error(`${name}: no test files found`);
    process.exit(1);
  }
  run(name, [
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    "--test",
    "--test-force-exit",
    ...flags,
    ...files.sort(),
  ]);
}

function run(name, [command, ...args]) {
  const started = performance.now();
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) {
    console.error(`\n${name}: failed${error ? ` (${error.message})` : ""}`);
    process.exit(1);
  }
  console.log(`${name}: ok, ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

function ensureBrowser() {
  const browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const fonts = existsSync("/usr/share/fonts") && globSync("/usr/share/fonts/**/*.ttf").length > 0;
  if ((process.env.KATYDID_BROWSER || browser.some(existsSync)) && fonts) return;
  const packages = "chromium fonts-dejavu-core";
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const apt = (...args) =>
      spawnSync("apt-get", args, {
        stdio: "inherit",
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    apt("update", "-qq");
    if (apt("install", "-y", "-qq", "--no-install-recommends", ...packages.split(" ")).status === 0)
      return;
  }
  console.error(
    `The browser test needs Chromium and a font: install them (Debian: apt-get install ${packages}), ` +
      "or name a Chromium in KATYDID_BROWSER.",
  );
  process.exit(1);
}
