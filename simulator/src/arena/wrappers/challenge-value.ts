/**
 * What a challenge is worth to a gang before it is revealed. The pay of an epoch is shared by units,
 * so a unit that a rival does not get is worth its share of the pool to everybody else, the gang too.
 */
import { beaconerUnits, type Params, UNITS_ONE, witnessUnits } from "@katydid/protocol";

/** Witnesses of a usual challenge: what its pools are shared by on average. */
const USUAL_WITNESSES = 8;
const PERCENT = 100;

export interface Stakes {
  readonly params: Pick<Params, "challengerPercent" | "beaconerPercent" | "selectedMax">;
  /** Of all hotspots that earn, the gang's. */
  readonly gangShare: number;
}

export interface Outcome {
  readonly isGangTarget: boolean;
  /** Valid witnesses of the gang, and of others, that are reported. */
  readonly ours: number;
  readonly rivals: number;
  /** Expected number of the gang's among the selected; left out: by its share of the reported. */
  readonly oursSelected?: number;
}

/**
 * What the gang gains by a reveal with this outcome over no reveal at all, as a share of what one
 * challenge pays: what it is paid, less its share of what all are paid.
 */
export function gainOf({ params, gangShare }: Stakes, outcome: Outcome): number {
  const { isGangTarget, ours, rivals } = outcome;
  const all = Math.min(ours + rivals, params.selectedMax);
  if (all === 0) return 0;
  const oursSelected = outcome.oursSelected ?? (ours / (ours + rivals)) * all;
  const forChallenger = Number(params.challengerPercent) / PERCENT;
  const beaconers = Number(params.beaconerPercent) / PERCENT;
  const forBeaconer = beaconers * (unit(beaconerUnits(all)) / unit(beaconerUnits(USUAL_WITNESSES)));
  const usual = USUAL_WITNESSES * unit(witnessUnits(USUAL_WITNESSES));
  const forWitness = (1 - forChallenger - beaconers) * (unit(witnessUnits(all)) / usual);
  const paidToUs = forChallenger + (isGangTarget ? forBeaconer : 0) + oursSelected * forWitness;
  return paidToUs - gangShare * (forChallenger + forBeaconer + all * forWitness);
}

/** How many rivals' reports a gang that may leave out any of them keeps, and what it gains so. */
export function bestKept(
  stakes: Stakes,
  outcome: Outcome,
): { readonly kept: number; readonly gain: number } {
  let best = { kept: 0, gain: gainOf(stakes, { ...outcome, rivals: 0 }) };
  for (let kept = 1; kept <= outcome.rivals; kept++) {
    const gain = gainOf(stakes, { ...outcome, rivals: kept });
    if (gain > best.gain) best = { kept, gain };
  }
  return best;
}

function unit(units: bigint): number {
  return Number(units) / Number(UNITS_ONE);
}
