import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gangDay, meanIncome } from "./accounts.ts";
import { allStrategies } from "./all-strategies.ts";
import { jobKey, jobOf, jobsFor, twinOf, type WorldJob } from "./jobs.ts";
import { complaints, replayOf } from "./judgement.ts";
import type { HotspotAccount } from "./ledgerbook.ts";
import { arenaPage } from "./page.ts";
import { tableText, withTable } from "./report-text.ts";
import { Results } from "./results.ts";
import { runArenaWorld, type WorldResult } from "./run-world.ts";
import { Sources } from "./sources.ts";
import type { Strategy } from "./strategy.ts";
import { tableRow } from "./table.ts";
import { testSize } from "./world-options.ts";

const size = { ...testSize, before: 0.2, intervals: 0.7 };

/** Says so when its gang begins, and does nothing else. */
function watched(seen: string[]): Strategy {
  return {
    ...{ name: "watched", title: "honest, but watched", attack: "griefing", gang: "hotspots" },
    scheme: (gang) => ({
      wrapAgent: (parts, member) => {
        seen.push(`${member.index}: ${member.placement.radio === undefined ? "none" : "radio"}`);
        return parts;
      },
      start: () => seen.push(`started with ${gang.members.length} of ${gang.neighbours.length}`),
    }),
  };
}

test("a world: the same seed gives the same bytes, and an idle strategy its honest twin", async () => {
  const seen: string[] = [];
  const options = { seed: "7", defence: "on", size } as const;
  const honest = await runArenaWorld(options);
  const { strategy, ...same } = await runArenaWorld({ ...options, strategy: watched(seen) });
  assert.equal(strategy, "watched");
  assert.deepEqual({ strategy: "honest", ...same }, honest);
  assert.deepEqual(seen, ["0: radio", "1: radio", "started with 2 of 6"]);
  assert.equal(honest.account.identities, 2);
  assert.equal(honest.warnings, 0);
  // Nothing is released within a holdback, but they began to earn.
  assert.ok(honest.honest.some(({ held }) => held > 0));
  assert.ok(honest.honest.every(({ released }) => released === 0));
  assert.ok(honest.account.held > 0);
  // Each paid 1 USD to be added, and kept its bond.
  assert.ok(Math.abs(honest.account.netWorth + 2) < 0.01, `${honest.account.netWorth}`);
  assert.equal(honest.account.bondLost, 0);
  assert.deepEqual(honest.falsePositives, []);
});

const nothing: HotspotAccount = { released: 0, data: 0, held: 0, burned: 0, bondLost: 0 };

/** A world of which only a gang's and the honest hotspots' released pay are given. */
function made(of: Partial<WorldResult> & { gangUsd?: number; honestUsd?: number }): WorldResult {
  const { gangUsd = 0, honestUsd = 10, ...rest } = of;
  return {
    ...{ strategy: "honest", gang: "hotspots", members: 2, seed: "1", defence: "on" },
    ...{ preset: "arena", size: "test", days: 2, radios: 2, deliveredDc: 0, minted: 1000 },
    account: {
      ...{ ...nothing, released: gangUsd, dcSpent: 0, identities: 2 },
      netWorth: gangUsd - 2,
    },
    honest: [
      { ...nothing, released: honestUsd },
      { ...nothing, released: honestUsd },
    ],
    ...{ detection: undefined, findings: {}, falsePositives: [], warnings: 0, events: 1 },
    ...rest,
  };
}

test("accounts: what is stated, by hand", () => {
  // Two radios for 150 USD over three years, 2 cents of power each, 8 % of two bonds of 40 USD, two
  // fees of 1 USD over a year.
  const costs = (2 * 150) / 1095 + 2 * 0.02 + (80 * 0.08) / 365 + 2 / 365;
  const day = gangDay(made({ gangUsd: 20 }));
  assert.ok(Math.abs(day.costs - costs) < 1e-12);
  assert.ok(Math.abs(day.profit - (10 - costs)) < 1e-9, `${day.profit}`);
  assert.ok(Math.abs(day.losses) < 1e-12);
  // A fine of 3 USD is a loss, at once.
  const account = { ...made({ gangUsd: 20 }).account, netWorth: 15 };
  assert.ok(Math.abs(gangDay(made({ account })).losses - 1.5) < 1e-12);
  // An identity without radio costs interest and fee only.
  assert.ok(gangDay(made({ radios: 0 })).costs < 0.03);
  // 200,000 DC worth of packets within two days, half as much again to their owner.
  const withRouter = gangDay(made({ deliveredDc: 200_000 }));
  assert.ok(Math.abs(withRouter.delivered - 1.5) < 1e-12);
  assert.equal(meanIncome(made({ honestUsd: 7 })), 7);
});

const strategy: Strategy = { name: "cheat", title: "A & B", attack: "griefing", gang: "hotspots" };

function rowOf(worlds: readonly (readonly [gangUsd: number, twinUsd: number])[]) {
  const seeds = { on: worlds.map((_, at) => `${at}`), off: [] };
  const lookup = (job: WorldJob) => {
    const [gangUsd, twinUsd] = worlds[Number(job.seed)] ?? [0, 0];
    return job.strategy === "honest"
      ? made({ gangUsd: twinUsd, honestUsd: 10 })
      : made({
          ...{ strategy: "cheat", gangUsd, honestUsd: 9, falsePositives: ["closed-cluster"] },
          detection: { by: "attached-stack", afterDays: Number(job.seed) },
          findings: { "attached-stack": 3, penalty: 1 },
        });
  };
  return tableRow({ strategy, seeds, size: "test", lookup });
}

test("a row: pairs, harm, detection and false positives", () => {
  const row = rowOf([
    [2, 20],
    [4, 20],
    [6, 20],
  ]);
  assert.equal(row.on?.seeds, 3);
  assert.deepEqual(
    row.on?.differences.map((value) => Number(value.toFixed(9))),
    [-9, -8, -7],
  );
  assert.equal(row.off, undefined);
  assert.ok(Math.abs((row.honestIncome?.mean ?? 0) - 0.9) < 1e-12);
  assert.equal(row.harm, 0.5);
  assert.deepEqual(row.detection, {
    ...{ share: 1, days: 1 },
    by: [
      ["attached-stack", 3],
      ["penalty", 3],
    ],
  });
  assert.equal(row.falsePositives, 0.5);
});

test("what is not as expected is said, with the command that shows it", () => {
  const losing = { ...rowOf([[2, 20]]), falsePositives: 0.009 };
  const none = { failures: [], honestFalsePositives: 0.01 };
  assert.deepEqual(complaints({ rows: [losing], ...none }), []);
  const winning = { ...rowOf([[22, 20]]), falsePositives: 0.011 };
  const said = complaints({ rows: [winning], failures: [], honestFalsePositives: 0.02 });
  assert.equal(said.length, 3, said.join("\n"));
  const claimed = { ...rowOf([[4, 20]]), attack: "false-coverage", falsePositives: 0 } as const;
  const own = complaints({ rows: [claimed], ...none });
  assert.match(own.join(), /^cheat earns .* with coverage that is not there$/);
  const at = { seed: "9", defence: "on", size: "quick" } as const;
  const failure = { job: jobOf(strategy, at), error: "motes are not conserved" };
  const [line = ""] = complaints({ rows: [], failures: [failure], honestFalsePositives: 0 });
  assert.match(line, /not conserved/);
  assert.ok(line.includes(replayOf(failure.job)));
  assert.equal(
    replayOf(failure.job),
    "npm run arena -- --strategy cheat --seed 9 --defence on --quick",
  );
});

test("text, markdown and page hold every strategy; a page loads nothing", () => {
  const row = rowOf([[2, 20]]);
  const [head = "", line = ""] = tableText([row]);
  assert.ok(head.startsWith("strategy") && line.startsWith("cheat"));
  const marked = "before\n<!-- arena table -->\nold\n<!-- end of arena table -->\nafter\n";
  const text = withTable(marked, [row]) ?? "";
  assert.match(text, /^before\n<!-- arena table -->\n\| strategy .*\| cheat .*after\n$/s);
  assert.ok(!text.includes("old"));
  assert.equal(withTable("no marks", [row]), undefined);
  const seeds = { on: ["1"], off: [] };
  const run = { size: testSize, seeds, honest: [], rows: [row], complaints: ["<b>"] };
  const page = arenaPage({ ...run, worlds: 2, cpuSeconds: 1 });
  assert.match(page, /A &amp; B/);
  assert.match(page, /&lt;b&gt;/);
  assert.ok(!/<script|https?:|src=|@import/.test(page));
});

test("twins are shared by strategies of one kind, and come before them", () => {
  const gang = "hotspots" as const;
  const strategies = ["a", "b"].map((name) => ({ ...strategy, name, gang }));
  const larger = { ...strategy, name: "c", members: 12 };
  const jobs = jobsFor({
    strategies: [...strategies, larger],
    ...{ seeds: { on: ["1", "2"], off: ["1"] }, size: "full" },
  });
  const keys = jobs.map(jobKey);
  assert.equal(new Set(keys).size, keys.length);
  // Of each of three rounds: two honest worlds, three cheats.
  assert.equal(jobs.length, 3 * 5);
  for (const job of jobs) assert.ok(keys.indexOf(jobKey(twinOf(job))) <= keys.indexOf(jobKey(job)));
});

test("results are used again unless their sources have changed", () => {
  const folder = mkdtempSync(join(tmpdir(), "katydid-arena-"));
  try {
    const job = jobOf({ ...strategy, name: "honest" }, { seed: "1", defence: "on", size: "test" });
    new Results(folder).keep(job, { result: made({}), cpuSeconds: 2 });
    const again = new Results(folder);
    assert.deepEqual(again.get(job), JSON.parse(JSON.stringify(made({}))));
    assert.deepEqual([again.worlds, again.cpuSeconds], [1, 2]);
    assert.equal(again.get({ ...job, seed: "2" }), undefined);
    const line = { key: jobKey(job), digest: "of other sources", cpuSeconds: 1, result: made({}) };
    // The last line is one that was cut off.
    writeFileSync(join(folder, "worlds.jsonl"), `${JSON.stringify(line)}\n{"key":`);
    assert.equal(new Results(folder).get(job), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("every strategy has a digest of its own, and a name of its own", () => {
  const sources = new Sources();
  const names = allStrategies.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) {
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.notEqual(sources.digest(name), sources.digest("honest"), name);
  }
});
