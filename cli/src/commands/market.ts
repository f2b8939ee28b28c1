/** `katydid market`: owners as agents on the shipped rewards; claims that can fail. */
import {
  allHold,
  checkAgainstFleet,
  checkTable,
  MARKET_SCALE_MIN,
  METROS_MAX,
  marketOptionsFlaw,
  marketPage,
  runScenario,
  type Scenario,
  type ScenarioOptions,
  type ScenarioRun,
  scenarioByName,
  scenarioJson,
  scenarios,
} from "@katydid/simulator";
import {
  type Answer,
  type Command,
  EXIT,
  type Invocation,
  optionInteger,
  optionNumber,
  optionText,
  usage,
} from "../command.ts";
import { Progress } from "../progress.ts";
import { resultFile, writeResult } from "../result-file.ts";

const NAMES = scenarios.map(({ name }) => name).join(", ");

export const market: Command = {
  name: "market",
  summary: "let supply organise itself: owners who enter, place, move and leave",
  options: [
    { flags: "--scenario NAME", summary: `${NAMES}, or all`, default: "gold-rush" },
    { flags: "--seed TEXT", summary: "the same seed gives the same run", default: "7" },
    { flags: "--scale PART", summary: "of main's owners and emission", default: "1" },
    { flags: "--metros COUNT", summary: "metropolitan areas, largest first", default: "10" },
    { flags: "--check", summary: "compare the model with a full fleet, and nothing else" },
    { flags: "--json FILE", summary: "write all figures to a file" },
    { flags: "--page FILE", summary: "write tables and plots to a page of one file" },
  ],
  run: async (invocation): Promise<Answer> => {
    const jsonFile = resultFile(invocation, "json");
    const pageFile = resultFile(invocation, "page");
    const progress = new Progress(process.stderr);
    const say = (line: string) => {
      progress.clear();
      process.stdout.write(`${line}\n`);
    };
    if (invocation.options.check === true) {
      progress.show("running a fleet of 30 hotspots for 12 virtual hours");
      const check = await checkAgainstFleet();
      for (const line of checkTable(check)) say(line);
      if (jsonFile !== undefined) writeResult(jsonFile, jsonOf(check));
      return answer(check.holds);
    }
    const startedAt = process.cpuUsage();
    const runs = runAll(invocation, { say, progress });
    if (jsonFile !== undefined) writeResult(jsonFile, jsonOf(runs.map(scenarioJson)));
    if (pageFile !== undefined) writeResult(pageFile, marketPage(runs));
    // What this machine did is no part of the result.
    const { user, system } = process.cpuUsage(startedAt);
    process.stderr.write(`${((user + system) / 1e6).toFixed(1)} s of processor time\n`);
    return answer(runs.every(allHold));
  },
};

/** A claim that does not hold is a failure, for scripts. */
const answer = (holds: boolean): Answer => ({
  json: undefined,
  lines: [],
  exitCode: holds ? EXIT.ok : EXIT.failed,
});

function runAll(
  invocation: Invocation,
  { say, progress }: { say: (line: string) => void; progress: Progress },
): ScenarioRun[] {
  const options: ScenarioOptions = {
    seed: optionText(invocation, "seed") ?? "7",
    scale: optionNumber(invocation, "scale", { min: MARKET_SCALE_MIN, max: 1 }) ?? 1,
    metros: optionInteger(invocation, "metros", { min: 2, max: METROS_MAX }) ?? METROS_MAX,
    onProgress: (says) => progress.show(says),
  };
  const flaw = marketOptionsFlaw(options);
  if (flaw !== undefined) throw usage(`${flaw}.`);
  return chosen(invocation).map((scenario, index) => {
    if (index > 0) say("");
    return runScenario(scenario, options, say);
  });
}

function chosen(invocation: Invocation): readonly Scenario[] {
  const name = optionText(invocation, "scenario") ?? "gold-rush";
  if (name === "all") return scenarios;
  const scenario = scenarioByName(name);
  if (scenario === undefined) throw usage(`--scenario takes one of ${NAMES}, or all.`);
  return [scenario];
}

const jsonOf = (value: object): string => `${JSON.stringify(value, undefined, 1)}\n`;
