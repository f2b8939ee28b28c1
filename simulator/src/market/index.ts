/** Supply that organises itself: owners as agents on the shipped reward function. */
export { type Check, checkAgainstFleet, checkTable } from "./check.ts";
export { METROS_MAX } from "./metros.ts";
export { marketPage } from "./page.ts";
export {
  allHold,
  MARKET_SCALE_MIN,
  marketOptionsFlaw,
  runScenario,
  type ScenarioRun,
  scenarioJson,
} from "./run-market.ts";
export type { Scenario, ScenarioOptions } from "./scenario.ts";
export { scenarioByName, scenarios } from "./scenarios/index.ts";
