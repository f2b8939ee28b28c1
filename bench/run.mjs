// `npm run bench -- NAME ...`: runs benchmarks, each of which prints one JSON line with a ratio. No
// name: all of them, one after the other.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const known = globSync("*.ts", { cwd: here })
  .map((file) => basename(file, ".ts"))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark ${unknown.join(", ")}; there are: ${known.join(", ")}.`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : known) {
  const { status } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(here, `${name}.ts`)],
    { stdio: "inherit" },
  );
  if (status !== 0) process.exit(1);
}
