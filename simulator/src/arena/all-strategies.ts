/** Every strategy of the arena, in the order of its table. */
import { radioStrategies } from "./strategies/radio.ts";
import { tradeStrategies } from "./strategies/trade.ts";
import type { Strategy } from "./strategy.ts";

export const allStrategies: readonly Strategy[] = [...radioStrategies, ...tradeStrategies];

export function strategyNamed(name: string): Strategy | undefined {
  return allStrategies.find((strategy) => strategy.name === name);
}
