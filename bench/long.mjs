// `npm run long -- NAME`: figures that take over three minutes, made by hand. `.ci/run` makes a share
// of each.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
/** npm script and its words. */
const runs = {
  "fleet-1000": [
    "fleet",
    "--hotspots",
    "1000",
    "--devices",
    "5000",
    "--hours",
    "24",
    "--seed",
    "7",
  ],
  // The whole table of ARENA.md; goes on from what the folder has.
  arena: ["arena", "--results", "bench/results/arena"],
};
const [name = "", ...more] = process.argv.slice(2);
const words = runs[name];
if (words === undefined) {
  console.error(
    `npm run long -- NAME, where NAME is one of: ${Object.keys(runs).join(", ")}; options may follow.`,
  );
  process.exit(2);
}
const [script = "", ...options] = words;
const { status } = spawnSync("npm", ["run", "--silent", script, "--", ...options, ...more], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
