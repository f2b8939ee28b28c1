// Builds the pages into dist/ when a source is newer than the last build.
import { existsSync, globSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const stamp = join(here, "dist", ".built");
const sources = globSync(["index.html", "vite.config.ts", "package.json", "src/**/*"], {
  cwd: here,
});
const newest = Math.max(...sources.map((file) => statSync(join(here, file)).mtimeMs));
if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest) {
  // Slow to load, and mostly not needed.
  const { build } = await import("vite");
  await build({ root: here, logLevel: "warn" });
  writeFileSync(stamp, "");
}
