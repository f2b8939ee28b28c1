/** `katydid doctor`: is it working, and if not, what to do. */
import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { consoleFolder } from "@katydid/console";
import { realClock } from "@katydid/platform";
import { type Answer, type Command, EXIT, optionInteger } from "../command.ts";
import { dataFolder, dataOption, nodeOption, nodeUrl, openClient } from "../network.ts";

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly says: string;
}

/** No block for longer than this and the producer is down (main preset: one a minute when idle). */
const BLOCK_AGE_MAX_MS = 90_000;
const CONNECT_TIMEOUT_MS = 3000;

export const doctor: Command = {
  name: "doctor",
  summary: "check this machine and the network that runs on it",
  options: [
    dataOption,
    nodeOption,
    { flags: "--mqtt-port PORT", summary: "where the broker listens", default: "1883" },
  ],
  run: async (invocation): Promise<Answer> => {
    const data = dataFolder(invocation);
    const mqttPort = optionInteger(invocation, "mqttPort", { min: 1, max: 65_535 }) ?? 1883;
    const findings = [
      checkNode(),
      checkConsole(),
      ...checkData(data),
      await checkLedger(invocation),
      await checkBroker(mqttPort),
    ];
    const bad = findings.filter(({ ok }) => !ok).length;
    return {
      json: { findings, problems: bad },
      lines: [
        ...findings.map(
          ({ check, ok, says }) => `${ok ? "ok     " : "PROBLEM"}  ${check}: ${says}`,
        ),
        bad === 0 ? "All is well." : `${bad} ${bad === 1 ? "problem" : "problems"}.`,
      ],
      exitCode: bad === 0 ? EXIT.ok : EXIT.failed,
    };

    async function checkLedger(of: typeof invocation): Promise<Finding> {
      const url = nodeUrl(of);
      try {
        await using client = openClient(of);
        const status = await client.status();
        const ageMs = realClock.now() - status.blockTime;
        const says = `${url}, chain ${status.chainId}, block ${status.height}, ${Math.round(ageMs / 1000)} s old`;
        if (ageMs <= BLOCK_AGE_MAX_MS) return { check: "ledger", ok: true, says };
        return { check: "ledger", ok: false, says: `${says}: the producer makes no blocks` };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return {
          check: "ledger",
          ok: false,
          says: `${url}: ${why}; start one with \`katydid up\``,
        };
      }
    }
  },
};

function checkNode(): Finding {
  const ok = Number(process.versions.node.split(".")[0]) >= 24;
  return {
    check: "Node",
    ok,
    says: ok
      ? process.versions.node
      : `${process.versions.node} is too old; run \`npm ci\`, it brings Node 24`,
  };
}

function checkConsole(): Finding {
  const ok = existsSync(join(consoleFolder, "index.html"));
  return {
    check: "console",
    ok,
    says: ok ? consoleFolder : "not built: run `node console/build.mjs` (npm start does)",
  };
}

function checkData(folder: string): Finding[] {
  if (!existsSync(folder)) {
    return [
      { check: "data", ok: true, says: `${folder} is not there yet; \`katydid up\` makes it` },
    ];
  }
  const findings: Finding[] = [];
  try {
    accessSync(folder, constants.W_OK);
    findings.push({ check: "data", ok: true, says: folder });
  } catch {
    findings.push({
      check: "data",
      ok: false,
      says: `${folder} is read-only: choose another with --data`,
    });
  }
  for (const name of readdirSync(folder)) {
    if (!/\.(key|token)$/.test(name)) continue;
    const path = join(folder, name);
    const ok = (statSync(path).mode & 0o077) === 0;
    findings.push({
      check: "secret",
      ok,
      says: ok
        ? `${path} is readable by its owner only`
        : `${path} is open to others: chmod 600 ${path}`,
    });
  }
  return findings;
}

function checkBroker(port: number): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: CONNECT_TIMEOUT_MS });
    const end = (ok: boolean, says: string) => {
      socket.destroy();
      resolve({ check: "broker", ok, says });
    };
    socket.once("connect", () => end(true, `answers on 127.0.0.1:${port}`));
    socket.once("timeout", () => end(false, `127.0.0.1:${port} does not answer`));
    socket.once("error", () => end(false, `nothing listens on 127.0.0.1:${port}`));
  });
}
