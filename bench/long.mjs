// `npm run long -- NAME`: figures that take over three minutes, made by hand. `.ci/run` makes a share
// of each.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
/** What `katydid fleet` is told; the same flags of Node as the `fleet` script has. */
const runs = {
  "fleet-1000": ["--hotspots", "1000", "--devices", "5000", "--hours", "24", "--seed", "7"],
};
const [name = ""] = process.argv.slice(2);
const words = runs[name];
if (words === undefined) {
  console.error(`npm run long -- NAME, where NAME is one of: ${Object.keys(runs).join(", ")}.`);
  process.exit(2);
}
const { status } = spawnSync("npm", ["run", "--silent", "fleet", "--", ...words], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
