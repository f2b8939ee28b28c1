/** For who writes a strategy: `node simulator/src/arena/try.ts NAME SEED [on|off] [full|quick|test]`. */

import { strategyNamed } from "./all-strategies.ts";
import { runArenaWorld } from "./run-world.ts";
import { fullSize, quickSize, testSize } from "./world-options.ts";

const [name = "honest", seed = "1", defence = "on", size = "full"] = process.argv.slice(2);
const strategy = name === "honest" ? undefined : strategyNamed(name);
const sizes = [fullSize, quickSize, testSize];
const startedAt = process.cpuUsage();
const { honest, ...result } = await runArenaWorld({
  ...(strategy === undefined ? {} : { strategy }),
  ...{ seed, defence: defence === "off" ? "off" : "on" },
  size: sizes.find((each) => each.name === size) ?? fullSize,
});
const mean = (of: (account: (typeof honest)[number]) => number) =>
  honest.reduce((all, account) => all + of(account), 0) / honest.length;
console.log(
  JSON.stringify(
    {
      ...result,
      honestMean: {
        released: mean(({ released }) => released),
        data: mean(({ data }) => data),
        held: mean(({ held }) => held),
        burned: mean(({ burned }) => burned),
        bondLost: mean(({ bondLost }) => bondLost),
      },
    },
    undefined,
    2,
  ),
);
const { user, system } = process.cpuUsage(startedAt);
console.error(`${((user + system) / 1e6).toFixed(1)} s of CPU`);
