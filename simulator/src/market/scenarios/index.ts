/** All scenarios, in the order of MARKET.md. */
import type { Scenario } from "../scenario.ts";
import { calibration } from "./calibration.ts";
import { demandStep } from "./demand-step.ts";
import { density } from "./density.ts";
import { goldRush } from "./gold-rush.ts";
import { paidData } from "./paid-data.ts";
import { priceFall } from "./price-fall.ts";

export const scenarios: readonly Scenario[] = [
  goldRush,
  demandStep,
  priceFall,
  density,
  paidData,
  calibration,
];

export function scenarioByName(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}
