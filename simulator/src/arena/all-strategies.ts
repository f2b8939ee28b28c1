/** Every strategy of the arena, by the order of its table. */
import type { Strategy } from "./strategy.ts";

/** Names are unique. */
export async function allStrategies(): Promise<readonly Strategy[]> {
  const { existsSync } = await import("node:fs");
  const found: Strategy[] = [];
  for (const name of ["radio", "trade"]) {
    const url = new URL(`strategies/${name}.ts`, import.meta.url);
    if (!existsSync(url)) continue;
    const module: Record<string, unknown> = await import(url.href);
    for (const value of Object.values(module)) if (Array.isArray(value)) found.push(...value);
  }
  return found;
}

export async function strategyNamed(name: string): Promise<Strategy | undefined> {
  return (await allStrategies()).find((strategy) => strategy.name === name);
}
