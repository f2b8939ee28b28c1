/** The law of the house, as far as the linter cannot see it. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const packages = [
  "protocol",
  "platform",
  "ledger",
  "firmware",
  "hotspot-agent",
  "router",
  "simulator",
  "console",
  "cli",
];
const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "PROTOCOL.md",
  "ARENA.md",
  "MARKET.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "hardware/README.md",
];

/** ARCHITECTURE.md's table, "may import". */
const mayImport: Record<string, readonly string[]> = {
  protocol: ["hardware"],
  platform: ["protocol"],
  ledger: ["protocol", "platform"],
  firmware: ["protocol", "platform", "hardware"],
  "hotspot-agent": ["protocol", "platform", "ledger", "firmware"],
  router: ["protocol", "platform", "ledger"],
  simulator: ["protocol", "platform", "ledger", "firmware", "hotspot-agent", "router"],
  console: ["protocol", "ledger", "router"],
  cli: [
    "protocol",
    "platform",
    "ledger",
    "firmware",
    "hotspot-agent",
    "router",
    "simulator",
    "console",
  ],
};

/** Outside packages that exactly one file may import (style.md, rule 11). */
const oneFile = ["h3-js", "lmdb", "mqtt", "aedes", "pino", "prom-client", "commander"];

/** `import ... from "x"`, `export ... from "x"`, `import "x"` and `import("x")`. */
const IMPORT =
  /^(?:import|export)\b[^;="]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;

interface Import {
  readonly from: string;
  readonly file: string;
}

const imports: readonly Import[] = packages.flatMap((name) =>
  globSync(`${name}/src/**/*.{ts,tsx}`, { cwd: root }).flatMap((file) =>
    [...withoutTypes(read(file)).matchAll(IMPORT)].map((match) => ({
      from: match[1] ?? match[2] ?? match[3] ?? "",
      file,
    })),
  ),
);
const owner = (file: string) => file.split("/")[0] ?? "";
const outside = imports.filter(
  ({ from }) => !/^[.#]/.test(from) && !from.startsWith("node:") && !from.startsWith("@katydid/"),
);
const outsideName = (from: string) =>
  from.startsWith("@") ? from.split("/").slice(0, 2).join("/") : (from.split("/")[0] ?? "");

test("imports point only down", () => {
  for (const { from, file } of imports) {
    if (!from.startsWith("@katydid/")) continue;
    const target = from.split("/")[1] ?? "";
    if (target === owner(file)) assert.fail(`${file} imports its own package by name: ${from}`);
    assert.ok(mayImport[owner(file)]?.includes(target), `${file} may not import ${from}`);
  }
});

test("each package.json declares exactly what the law allows", () => {
  for (const name of packages) {
    const { dependencies = {} } = JSON.parse(read(`${name}/package.json`));
    for (const dependency of Object.keys(dependencies)) {
      if (!dependency.startsWith("@katydid/")) continue;
      const target = dependency.slice("@katydid/".length);
      assert.ok(
        mayImport[name]?.includes(target),
        `${name}/package.json may not name ${dependency}`,
      );
    }
  }
});

test("each outside package has one importing package, and most one importing file", () => {
  const importers = new Map<string, Set<string>>();
  const files = new Map<string, Set<string>>();
  for (const { from, file } of outside) {
    if (file.endsWith(".test.ts")) continue;
    const name = outsideName(from);
    if (builtinModules.includes(name)) assert.fail(`${file}: write node:${name}`);
    importers.set(name, (importers.get(name) ?? new Set()).add(owner(file)));
    files.set(name, (files.get(name) ?? new Set()).add(file));
  }
  for (const [name, owners] of importers) {
    assert.equal(owners.size, 1, `${name} is imported by ${[...owners].join(" and ")}`);
  }
  for (const name of oneFile) {
    const found = [...(files.get(name) ?? [])];
    assert.equal(found.length, 1, `${name} is imported by ${found.join(", ") || "nobody"}`);
  }
});

test("every outside package earns a line of reason in ARCHITECTURE.md", () => {
  const text = read("ARCHITECTURE.md");
  for (const name of new Set(outside.map(({ from }) => outsideName(from)))) {
    assert.ok(text.includes(`\`${name}\``), `ARCHITECTURE.md does not say why ${name} is there`);
  }
});

test("every link in the documents leads somewhere", () => {
  for (const document of documents) {
    for (const [, target] of read(document).matchAll(/\]\(([^)]+)\)/g)) {
      if (target === undefined || /^https?:/.test(target)) continue;
      const [path = "", heading] = target.split("#");
      const file = path === "" ? document : join(dirname(document), path);
      assert.ok(existsSync(join(root, file)), `${document} links to ${target}`);
      if (heading !== undefined) {
        assert.ok(
          headingsOf(read(file)).has(heading),
          `${document}: ${target} has no such heading`,
        );
      }
    }
  }
});

test("headings are unique, in order, and none is empty", () => {
  for (const document of documents) {
    let depth = 0;
    const seen = new Set<string>();
    for (const [, marks = "", title = ""] of proseOf(read(document)).matchAll(/^(#+)(.*)$/gm)) {
      assert.ok(title.trim().length > 0, `${document} has an empty heading`);
      assert.ok(marks.length <= depth + 1, `${document}: "${title.trim()}" skips a level`);
      assert.ok(!seen.has(title), `${document}: "${title.trim()}" stands twice`);
      seen.add(title);
      depth = marks.length;
    }
  }
});

test("every file that a document names in code is there", () => {
  for (const document of [
    "README.md",
    "ARCHITECTURE.md",
    "PROTOCOL.md",
    "ARENA.md",
    "MARKET.md",
    "CONTRIBUTING.md",
  ]) {
    for (const [, path = ""] of read(document).matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)) {
      if (!packages.includes(owner(path)) && !["test", "bench", "hardware"].includes(owner(path))) {
        continue;
      }
      assert.ok(existsSync(join(root, path)), `${document} names ${path}, which is not there`);
    }
  }
});

test("every npm script that a document names is there", () => {
  const { scripts } = JSON.parse(read("package.json"));
  for (const document of documents) {
    for (const [, name = ""] of read(document).matchAll(/npm run ([\w:-]+)/g)) {
      assert.ok(name in scripts, `${document} names npm run ${name}`);
    }
  }
});

test("every parameter has a line of its own, in the code and in PROTOCOL.md", () => {
  const source = read("protocol/src/params.ts");
  const text = read("PROTOCOL.md");
  const body = /export interface Params \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? "";
  const lines = body.split("\n");
  const names = lines.flatMap((line, index) => {
    const [, name] = /readonly (\w+):/.exec(line) ?? [];
    return name === undefined || name === "name" ? [] : [{ name, before: lines[index - 1] ?? "" }];
  });
  assert.ok(names.length > 40, "the parameters were not found");
  for (const { name, before } of names) {
    assert.match(before, /\*\/$/, `params.ts does not say what ${name} is`);
    assert.ok(text.includes(`\`${name}\``), `PROTOCOL.md does not name the parameter ${name}`);
  }
});

test("sources stay small enough to read", () => {
  for (const file of globSync("*/src/**/*.{ts,tsx}", { cwd: root })) {
    const lines = read(file).split("\n").length;
    const table = /words\.ts$/.test(file);
    assert.ok(lines <= 500 || table, `${file} has ${lines} lines; split it`);
  }
});

/** A type that is imported is no dependency at run time, and package.json is checked by the linter. */
function withoutTypes(source: string): string {
  return source.replaceAll(/^import type [^;]*;$/gm, "");
}

function proseOf(markdown: string): string {
  return markdown.replaceAll(/```[\s\S]*?```/g, "");
}

/** GitHub's anchors. */
function headingsOf(markdown: string): Set<string> {
  return new Set(
    [...proseOf(markdown).matchAll(/^#+\s+(.*)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .trim()
        .replaceAll(" ", "-"),
    ),
  );
}
