/**
 * Digests of the sources that a world's outcome depends on: all files that its entry imports, and
 * theirs. So a kept result is used again only if nothing that made it has changed.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const ENTRY = join(here, "run-world.ts");
/** `import ... from "x"` and `export ... from "x"` of values, not of types alone. */
const IMPORT = /^(?:import|export) (?!type )[^;"]*?from "([^"]+)"|^import "([^"]+)"/gm;

export class Sources {
  readonly #imports = new Map<string, readonly string[]>();
  readonly #hashes = new Map<string, string>();
  readonly #common = this.#reach([ENTRY]);
  readonly #strategyFiles = globSync(join(here, "strategies", "*.ts"));
  readonly #digests = new Map<string, string>();

  /** Of a strategy's worlds; of the honest ones for a name that no file of a strategy has. */
  digest(strategy: string): string {
    const known = this.#digests.get(strategy);
    if (known !== undefined) return known;
    const mark = `name: "${strategy}"`;
    const own = this.#strategyFiles.filter((file) => readFileSync(file, "utf8").includes(mark));
    const files = [...new Set([...this.#common, ...this.#reach(own)])].sort();
    const hash = createHash("sha256");
    for (const file of files) hash.update(this.#hashOf(file));
    const digest = hash.digest("hex").slice(0, 16);
    this.#digests.set(strategy, digest);
    return digest;
  }

  #reach(entries: readonly string[]): ReadonlySet<string> {
    const reached = new Set<string>();
    const waiting = [...entries];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (reached.has(file)) continue;
      reached.add(file);
      waiting.push(...this.#importsOf(file));
    }
    return reached;
  }

  #importsOf(file: string): readonly string[] {
    const known = this.#imports.get(file);
    if (known !== undefined) return known;
    const resolve = createRequire(file);
    const found =
      extname(file) !== ".ts"
        ? []
        : [...readFileSync(file, "utf8").matchAll(IMPORT)].flatMap((match) => {
            const from = match[1] ?? match[2] ?? "";
            if (from.startsWith("node:")) return [];
            const path = from.startsWith(".") ? join(dirname(file), from) : resolve.resolve(from);
            // Packages of others are pinned by the lock file.
            return path.includes(`${sep}node_modules${sep}`) || !existsSync(path) ? [] : [path];
          });
    this.#imports.set(file, found);
    return found;
  }

  #hashOf(file: string): string {
    const known = this.#hashes.get(file);
    if (known !== undefined) return known;
    const hash = createHash("sha256").update(readFileSync(file)).digest("hex");
    this.#hashes.set(file, hash);
    return hash;
  }
}
