/** `katydid fleet`: a whole network in virtual time, as fast as this machine can. */
import { presetNames } from "@katydid/protocol";
import {
  FLEET_DEVICES_MAX,
  FLEET_HOTSPOTS_MAX,
  FLEET_HOURS_MAX,
  type FleetOptions,
  fleetOptionsFlaw,
  runFleet,
} from "@katydid/simulator";
import {
  type Answer,
  type Command,
  type Invocation,
  optionInteger,
  optionNumber,
  optionText,
  usage,
} from "../command.ts";
import { Progress } from "../progress.ts";
import { resultFile, writeResult } from "../result-file.ts";

export const fleet: Command = {
  name: "fleet",
  summary: "run hotspots, devices, router and ledger in virtual time, and count what happens",
  options: [
    { flags: "--hotspots COUNT", summary: "around Boulder, Colorado", default: "200" },
    { flags: "--devices COUNT", summary: "three collars to two sensors", default: "500" },
    { flags: "--hours HOURS", summary: "virtual hours of traffic", default: "24" },
    { flags: "--seed TEXT", summary: "the same seed gives the same run", default: "7" },
    {
      flags: "--preset NAME",
      summary: "parameters: main, minimal, arena or undefended",
      default: "main",
    },
    { flags: "--in-range COUNT", summary: "hotspots that a packet has in range", default: "5" },
    { flags: "--json FILE", summary: "write the figures to a file" },
  ],
  run: async (invocation): Promise<Answer> => {
    const options = fleetOptions(invocation);
    const flaw = fleetOptionsFlaw(options);
    if (flaw !== undefined) throw usage(`${flaw}.`);
    const result = resultFile(invocation, "json");
    const progress = new Progress(process.stderr);
    const startedAt = process.hrtime.bigint();
    const say = (line: string) => {
      progress.clear();
      process.stdout.write(`${line}\n`);
    };
    const run = await runFleet(options, say, (says) => progress.show(says));
    progress.clear();
    if (result !== undefined) writeResult(result, `${JSON.stringify(run, undefined, 2)}\n`);
    // What this machine did is no part of the result.
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const rate = Math.round(run.events / seconds);
    const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    process.stderr.write(
      `${run.events} events in ${seconds.toFixed(1)} s, ${rate} a second, ${megabytes} MiB at most\n`,
    );
    return { json: run, lines: [] };
  },
};

function fleetOptions(invocation: Invocation): FleetOptions {
  const name = optionText(invocation, "preset") ?? "main";
  const preset = presetNames.find((known) => known === name);
  if (preset === undefined) throw usage(`--preset takes one of ${presetNames.join(", ")}.`);
  return {
    hotspots: optionInteger(invocation, "hotspots", { min: 1, max: FLEET_HOTSPOTS_MAX }) ?? 200,
    devices: optionInteger(invocation, "devices", { min: 0, max: FLEET_DEVICES_MAX }) ?? 500,
    hours: optionNumber(invocation, "hours", { min: 0, max: FLEET_HOURS_MAX }) ?? 24,
    inRange: optionNumber(invocation, "inRange", { min: 0, max: FLEET_HOTSPOTS_MAX }) ?? 5,
    seed: optionText(invocation, "seed") ?? "7",
    preset,
  };
}
