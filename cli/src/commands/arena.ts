/** `katydid arena`: cheats against the network's defences, in worlds with an honest twin. */
import { readFileSync } from "node:fs";
import { Fault } from "@katydid/platform";
import {
  type ArenaOptions,
  type ArenaRun,
  allStrategies,
  arenaPage,
  arenaSizes,
  type Defence,
  runArena,
  runLine,
  scalingLines,
  seedsUpTo,
  strategiesNamed,
  tableMarkdown,
  tableText,
  withTable,
} from "@katydid/simulator";
import {
  type Answer,
  type Command,
  EXIT,
  type Invocation,
  optionInteger,
  optionText,
  usage,
} from "../command.ts";
import { Progress } from "../progress.ts";
import { writeResult } from "../result-file.ts";

const SEEDS_MAX = 1000;
const SEEDS_ON = 30;
const SEEDS_OFF = 10;
/** What continuous integration has the time for. */
const QUICK_SEEDS_ON = 1;

export const arena: Command = {
  name: "arena",
  summary: "let cheats play against the defences, and say what each earned",
  options: [
    { flags: "--strategy NAMES", summary: "only these, with commas between" },
    { flags: "--seeds COUNT", summary: "pairs of worlds a strategy (default 30; 10 undefended)" },
    { flags: "--seed TEXT", summary: "one seed only: what replays a failure" },
    { flags: "--defence WHICH", summary: "on, off or both", default: "both" },
    { flags: "--quick", summary: "small worlds, one seed: four minutes on two cores" },
    { flags: "--results DIR", summary: "keep worlds there, and go on from what it has" },
    { flags: "--check-scaling", summary: "instead: the same worlds by the main parameters" },
    { flags: "--json FILE", summary: "write all figures to a file" },
    { flags: "--page FILE", summary: "write a page with plots" },
    { flags: "--markdown FILE", summary: "put the table between its marks; - prints it" },
  ],
  run: async (invocation): Promise<Answer> => {
    const options = arenaOptions(invocation);
    const progress = new Progress(process.stderr);
    const show = (says: string) => progress.show(says);
    const startedAt = process.hrtime.bigint();
    if (invocation.options.checkScaling === true) {
      const lines = await scalingLines(options, show);
      progress.clear();
      return { json: undefined, lines };
    }
    const run = await runArena(options, show);
    progress.clear();
    // What this machine did is no part of the result.
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const each = run.cpuSeconds / Math.max(1, run.worlds);
    process.stderr.write(
      `${run.worlds} worlds, ${each.toFixed(1)} s of CPU each; ${seconds.toFixed(0)} s in all\n`,
    );
    write(invocation, run);
    const exitCode = run.complaints.length === 0 ? EXIT.ok : EXIT.failed;
    return { json: undefined, lines: linesOf(run), exitCode };
  },
};

function arenaOptions(invocation: Invocation): ArenaOptions {
  const isQuick = invocation.options.quick === true;
  const size = isQuick ? arenaSizes.quick : arenaSizes.full;
  const count = optionInteger(invocation, "seeds", { min: 1, max: SEEDS_MAX });
  const seed = optionText(invocation, "seed");
  const defence = optionText(invocation, "defence") ?? "both";
  if (!["on", "off", "both"].includes(defence)) throw usage("--defence takes on, off or both.");
  const wanted = (which: Defence, fallback: number): readonly string[] => {
    if (defence !== "both" && defence !== which) return [];
    return seed === undefined ? seedsUpTo(count ?? fallback) : [seed];
  };
  const names = optionText(invocation, "strategy")?.split(",");
  const strategies = names === undefined ? allStrategies : strategiesNamed(names);
  if ("unknown" in strategies) {
    const known = allStrategies.map(({ name }) => name).join(", ");
    throw usage(`No strategy ${strategies.unknown}; there are ${known}.`);
  }
  const results = optionText(invocation, "results");
  return {
    ...{ strategies, size },
    seeds: {
      on: wanted("on", isQuick ? QUICK_SEEDS_ON : SEEDS_ON),
      off: wanted("off", isQuick ? 0 : SEEDS_OFF),
    },
    ...(results === undefined ? {} : { results }),
  };
}

function linesOf(run: ArenaRun): readonly string[] {
  const honest = run.honest.map(
    ({ defence, income, falsePositives }) =>
      `without cheats, defence ${defence}: ${income.mean.toFixed(2)} USD a scaled day a hotspot, ` +
      `${(100 * falsePositives).toFixed(2)} % found guilty`,
  );
  const verdict =
    run.complaints.length === 0
      ? ["all strategies lose that are expected to, every block conserved"]
      : run.complaints;
  return [runLine(run), ...honest, "", ...tableText(run.rows), "", ...verdict];
}

function write(invocation: Invocation, run: ArenaRun): void {
  const json = optionText(invocation, "json");
  const page = optionText(invocation, "page");
  const markdown = optionText(invocation, "markdown");
  const { cpuSeconds, worlds, ...figures } = run;
  if (json !== undefined)
    writeResult({ file: json, option: "--json" }, `${JSON.stringify(figures, undefined, 2)}\n`);
  if (page !== undefined) writeResult({ file: page, option: "--page" }, arenaPage(run));
  if (markdown === "-") process.stdout.write(`${tableMarkdown(run.rows).join("\n")}\n`);
  else if (markdown !== undefined) {
    const text = withTable(readText(markdown), run.rows);
    if (text === undefined) throw usage(`${markdown} has no marks for the table.`);
    writeResult({ file: markdown, option: "--markdown" }, text);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const advice = `Cannot read ${file}: it has to be there, with the table's marks.`;
    throw new Fault({ code: "file-unreadable", file, advice }, { cause });
  }
}
