/** Runs one world from start to end, and says what became of gang and honest hotspots. */
import { MOTES_PER_TOKEN, rememberOwnSignatures } from "@katydid/protocol";
import { ArenaWorld, type RunOptions } from "./arena-world.ts";
import type { Detection, GangAccount, HotspotAccount } from "./ledgerbook.ts";
import { type ArenaWorldOptions, INTERVAL_MS, INTERVALS_PER_DAY } from "./world-options.ts";

/** What is kept of a world: plain data, the same for the same options. */
export interface WorldResult {
  /** `honest` where the gang did not cheat. */
  readonly strategy: string;
  readonly gang: string;
  readonly members: number;
  readonly seed: string;
  readonly defence: "on" | "off";
  readonly preset: string;
  readonly size: string;
  /** Scaled days that the gang was there. */
  readonly days: number;
  readonly account: GangAccount;
  /** Radios that the gang bought. */
  readonly radios: number;
  /** DC worth of packets that came to the owner of the gang's devices. */
  readonly deliveredDc: number;
  readonly honest: readonly HotspotAccount[];
  readonly detection: (Omit<Detection, "atMs"> & { readonly afterDays: number }) | undefined;
  readonly findings: Readonly<Record<string, number>>;
  /** By honest hotspot that was found guilty: of what. */
  readonly falsePositives: readonly string[];
  /** Tokens made since genesis. */
  readonly minted: number;
  readonly warnings: number;
  readonly events: number;
}

/** Throws where the world is not conserved, or a cheat broke its own agent. */
export async function runArenaWorld(
  options: ArenaWorldOptions,
  run: RunOptions = {},
): Promise<WorldResult> {
  rememberOwnSignatures();
  const arena = new ArenaWorld(options);
  await arena.run(run);
  const { plan, book, world, placements } = arena;
  const { strategy, gang, members, seed, defence, preset, size } = plan;
  const dayMs = INTERVALS_PER_DAY * INTERVAL_MS;
  const { detection } = book;
  return {
    strategy: strategy?.name ?? "honest",
    ...{ gang, members, seed, defence, preset, size: size.name },
    days: size.intervals / INTERVALS_PER_DAY,
    account: book.gang(),
    radios: strategy?.radios ?? placements.filter(({ radio }) => radio !== undefined).length,
    deliveredDc: arena.deliveredDc,
    honest: book.honest(),
    detection:
      detection === undefined
        ? undefined
        : { by: detection.by, afterDays: (detection.atMs - arena.onboardedAtMs) / dayMs },
    findings: Object.fromEntries([...book.findings].sort()),
    falsePositives: [...book.falsePositives.values()].sort(),
    minted: Number(arena.network.node.queries.status().supply.minted) / Number(MOTES_PER_TOKEN),
    warnings: world.log.warnings,
    events: world.clock.events,
  };
}
