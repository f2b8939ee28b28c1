/**
 * The public classifiers over the rows of the state (protocol.md section 6). Pure integers; the same
 * findings whatever order hotspots and rows come in. Cost: hotspots times the bounded edges of each.
 */
import { compareAddresses } from "../identity/address.ts";
import type { Params } from "../params.ts";
import type { Address, Milliseconds } from "../units.ts";
import { attachedStacks } from "./attached-stack.ts";
import {
  type ClassifiedHotspot,
  classifierNames,
  type Finding,
  type Hearing,
  type Traffic,
} from "./classification.ts";
import { closedClusters } from "./closed-cluster.ts";
import { curveOf } from "./curve.ts";
import { flatSignals } from "./flat-signal.ts";
import { impossiblePairs } from "./impossible-pair.ts";
import { networkOf } from "./network.ts";
import { selfDealing } from "./self-dealing.ts";
import { biasesOf } from "./signals.ts";
import { unbackedHearings } from "./unbacked-hearing.ts";

export interface ClassifyInput {
  readonly params: Pick<
    Params,
    "classifierWindowSeconds" | "witnessCellsMin" | "witnessMetersMin" | "challengeIntervalSeconds"
  >;
  /** Protocol time. */
  readonly now: Milliseconds;
  /** The active, located ones: others are nobody's neighbours. */
  readonly hotspots: readonly ClassifiedHotspot[];
  /** By beaconer. Those of others than `hotspots` are not looked at. */
  readonly hearings: ReadonlyMap<Address, Hearing>;
  /** By router. */
  readonly traffics: ReadonlyMap<Address, Traffic>;
}

/**
 * What the classifiers find now. At most one finding for each classifier and hotspot or pair; sorted
 * by kind (edges, then hotspots), key bytes, and the order of `classifierNames`.
 */
export function classify(input: ClassifyInput): Finding[] {
  const window = windowAt(input);
  const network = networkOf({ ...input, window });
  const curve = curveOf(network);
  const windowMs = input.params.classifierWindowSeconds * 1000;
  const closed = closedClusters({ network, curve, windowMs });
  const disbelieved = new Set(closed.map(({ number }) => number));
  const biases = biasesOf(network);
  const stacks = attachedStacks(network, { biases, disbelieved });
  return [
    ...closed.map(({ finding }) => finding),
    ...unbackedHearings({ network, disbelieved }),
    ...flatSignals({
      network,
      biases,
      disbelieved: new Set([...disbelieved, ...stacks.map(({ number }) => number)]),
    }),
    ...impossiblePairs(network),
    ...stacks.map(({ finding }) => finding),
    ...selfDealing(network, { traffics: input.traffics, window }),
  ].sort(compareFindings);
}

/** Number of the window that protocol time `now` lies in: that of rows that are counted now. */
export function windowAt(input: {
  params: Pick<Params, "classifierWindowSeconds">;
  now: Milliseconds;
}): number {
  return Math.floor(input.now / (input.params.classifierWindowSeconds * 1000));
}

function compareFindings(a: Finding, b: Finding): number {
  if (a.kind !== b.kind) return a.kind === "edge" ? -1 : 1;
  const order = classifierNames.indexOf(a.classifier) - classifierNames.indexOf(b.classifier);
  if (a.kind === "edge" && b.kind === "edge") {
    return (
      compareAddresses(a.pair[0], b.pair[0]) || compareAddresses(a.pair[1], b.pair[1]) || order
    );
  }
  if (a.kind === "hotspot" && b.kind === "hotspot") {
    return compareAddresses(a.hotspot, b.hotspot) || order;
  }
  return 0;
}
