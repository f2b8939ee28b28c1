/** What of a table is not as it should be. */
import { FALSE_POSITIVES_MAX, knownToProfit } from "./expectations.ts";
import { jobKey, type WorldJob } from "./jobs.ts";
import type { Failure } from "./pool.ts";
import type { TableRow } from "./table.ts";

/** Sentences for people; none: all is well. */
export function complaints(of: {
  readonly rows: readonly TableRow[];
  readonly failures: readonly Failure[];
  /** Share of honest hotspots found guilty in honest worlds. */
  readonly honestFalsePositives: number;
}): readonly string[] {
  const { rows, failures, honestFalsePositives } = of;
  const said: string[] = failures.map(
    ({ job, error }) => `${jobKey(job)}: ${error}\n  replay it: ${replayOf(job)}`,
  );
  for (const { strategy, attack, on, falsePositives } of rows) {
    const isKnown = strategy in knownToProfit;
    if (on !== undefined && !isKnown && on.difference.mean >= 0) {
      said.push(`${strategy} earns ${usd(on.difference.mean)} more than the honest`);
    }
    if (on !== undefined && !isKnown && attack === "false-coverage" && on.own.mean >= 0) {
      said.push(`${strategy} earns ${usd(on.own.mean)} with coverage that is not there`);
    }
    if (falsePositives > FALSE_POSITIVES_MAX) {
      said.push(`${strategy}: ${percent(falsePositives)} of honest hotspots found guilty`);
    }
  }
  if (honestFalsePositives > FALSE_POSITIVES_MAX) {
    said.push(`without cheats, ${percent(honestFalsePositives)} of hotspots found guilty`);
  }
  return said;
}

/** The command that runs one world again. */
export function replayOf({ strategy, seed, defence, size }: WorldJob): string {
  const quick = size === "quick" ? " --quick" : "";
  return `npm run arena -- --strategy ${strategy} --seed ${seed} --defence ${defence}${quick}`;
}

const usd = (amount: number): string => `${amount.toFixed(3)} USD a scaled day`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
