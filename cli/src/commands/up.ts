/** `katydid up`: a whole network on this machine. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { consoleFolder } from "@katydid/console";
import { createLog, type LogLevel } from "@katydid/platform";
import { startLocalNetwork } from "@katydid/simulator";
import {
  type Answer,
  type Command,
  EXIT,
  jsonText,
  optionInteger,
  optionText,
  usage,
} from "../command.ts";
import { endOfProcess } from "../end-of-process.ts";
import { dataFolder, dataOption } from "../network.ts";

const PORT = { min: 0, max: 65_535 };
const LEVELS: readonly string[] = ["debug", "info", "warn", "error", "silent"];

export const up: Command = {
  name: "up",
  summary:
    "start a whole network on this machine: ledger, broker, router, hotspots, devices, console",
  options: [
    dataOption,
    { flags: "--port PORT", summary: "of the console and the API, on loopback", default: "8080" },
    { flags: "--mqtt-port PORT", summary: "of the MQTT broker, on loopback", default: "1883" },
    { flags: "--hotspots COUNT", summary: "at the first start", default: "60" },
    { flags: "--collars COUNT", summary: "at the first start", default: "12" },
    { flags: "--sensors COUNT", summary: "at the first start", default: "8" },
    { flags: "--log-level LEVEL", summary: "debug, info, warn, error or silent", default: "warn" },
  ],
  run: async (invocation): Promise<Answer> => {
    const level = optionText(invocation, "logLevel") ?? "warn";
    if (!LEVELS.includes(level)) throw usage(`--log-level takes one of ${LEVELS.join(", ")}.`);
    const stop = endOfProcess();
    const count = (name: string, max: number) => optionInteger(invocation, name, { min: 0, max });
    const json = invocation.options.json === true;
    const say = (line: string) => {
      if (!json) process.stdout.write(`${line}\n`);
    };
    const starting = startLocalNetwork({
      folder: dataFolder(invocation),
      httpPort: optionInteger(invocation, "port", PORT) ?? 8080,
      mqttPort: optionInteger(invocation, "mqttPort", PORT) ?? 1883,
      hotspots: count("hotspots", 1000) ?? 60,
      collars: count("collars", 500) ?? 12,
      sensors: count("sensors", 500) ?? 8,
      ...(existsSync(join(consoleFolder, "index.html")) ? { consoleFolder } : {}),
      log: createLog({ level: level as LogLevel }),
      onProgress: (says) => say(`... ${says}`),
    });
    const network = await Promise.race([starting, stop]);
    if (network === undefined) {
      // Every store survives that, and the next start goes on from there.
      say("Ended before it was up.");
      process.exit(EXIT.ok);
    }
    const { link, url, mqttUrl, chainId, hotspots, devices } = network;
    if (json) process.stdout.write(`${jsonText({ link, url, mqttUrl, chainId })}\n`);
    say(`Katydid runs: ${hotspots} hotspots, ${devices} devices, chain ${chainId}.`);
    say("");
    say(`  console  ${link}`);
    say(`  API      ${url}/openapi.json`);
    say(`  MQTT     ${mqttUrl}`);
    say("");
    say("Ctrl-C ends it; the next start goes on where it was.");
    try {
      await Promise.race([stop, network.failed]);
    } finally {
      say("Ending...");
      await network[Symbol.asyncDispose]();
    }
    return { json: undefined, lines: ["Ended cleanly."] };
  },
};
