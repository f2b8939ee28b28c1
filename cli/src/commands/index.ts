import type { Command } from "../command.ts";
import { arena } from "./arena.ts";
import { deviceCommands } from "./device.ts";
import { doctor } from "./doctor.ts";
import { fleet } from "./fleet.ts";
import { hotspotCommands } from "./hotspot.ts";
import { market } from "./market.ts";
import { up } from "./up.ts";
import { walletCommands } from "./wallet.ts";
import { why } from "./why.ts";

/** In the order of `katydid help`. */
export const commands: readonly Command[] = [
  up,
  ...walletCommands,
  ...hotspotCommands,
  why,
  ...deviceCommands,
  fleet,
  arena,
  market,
  doctor,
];
