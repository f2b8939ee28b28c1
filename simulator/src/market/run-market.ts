/** Runs scenarios of the market from start to end: what `katydid market` does. */
import { METROS_MAX } from "./metros.ts";
import { scenarioReport } from "./report.ts";
import type { Scenario, ScenarioOptions, ScenarioOutcome } from "./scenario.ts";

export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly options: ScenarioOptions;
  readonly outcome: ScenarioOutcome;
}

/** Smaller networks have too few hotspots in reach of each other to tell anything. */
export const MARKET_SCALE_MIN = 0.02;

/** Why options cannot be run; undefined if they can. */
export function marketOptionsFlaw({ scale, metros }: ScenarioOptions): string | undefined {
  if (!(scale >= MARKET_SCALE_MIN && scale <= 1)) return `scale: ${MARKET_SCALE_MIN} to 1`;
  if (!(Number.isInteger(metros) && metros >= 2 && metros <= METROS_MAX)) {
    return `metros: 2 to ${METROS_MAX}`;
  }
  return undefined;
}

/** Lines go to `say`; the same options give the same lines and the same result. */
export function runScenario(
  scenario: Scenario,
  options: ScenarioOptions,
  say: (line: string) => void,
): ScenarioRun {
  const flaw = marketOptionsFlaw(options);
  if (flaw !== undefined) throw new RangeError(flaw);
  const outcome = scenario.run(options);
  for (const line of scenarioReport(scenario, options, outcome)) say(line);
  return { scenario, options, outcome };
}

export const allHold = ({ outcome }: ScenarioRun): boolean =>
  outcome.claims.every(({ holds }) => holds);

/** What `--json` writes: all figures of all days. */
export function scenarioJson({ scenario, options, outcome }: ScenarioRun): object {
  const { seed, scale, metros } = options;
  const { runs, facts, claims } = outcome;
  return { scenario: scenario.name, seed, scale, metros, claims, facts, runs };
}
