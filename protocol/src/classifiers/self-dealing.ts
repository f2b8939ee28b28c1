/**
 * Traffic that its router buys from hardly anybody else: what it pays goes almost only to few
 * hotspots, amid active neighbours that hear them and so could have heard their devices. A mark: it
 * denies and burns nothing, since nobody earns more than was burned and an honest private network looks
 * the same. Public figures of demand leave it out.
 */
import type { Address } from "../units.ts";
import { EVIDENCE_MAX, type Finding, type Traffic } from "./classification.ts";
import { trafficAt } from "./count-traffic.ts";
import { addressesOf, type Network, partnerOf, sentOn } from "./network.ts";
import {
  DEALING_DC_MIN,
  DEALING_HOTSPOTS_MAX,
  DEALING_NEIGHBOURS_MIN,
  DEALING_PARTS_MIN,
} from "./thresholds.ts";

/** Marks the hotspots that a self-dealing router pays. */
export function selfDealing(
  network: Network,
  input: { traffics: ReadonlyMap<Address, Traffic>; window: number },
): Finding[] {
  const numbers = new Map(network.hotspots.map(({ address }, number) => [address, number]));
  const scores = new Map<number, { score: number; with: Set<number> }>();
  for (const traffic of input.traffics.values()) {
    const { totalDc, paid } = trafficAt(traffic, input.window);
    if (totalDc < DEALING_DC_MIN) continue;
    const few = [...paid]
      .sort((x, y) => (x.dc === y.dc ? 0 : x.dc > y.dc ? -1 : 1))
      .slice(0, DEALING_HOTSPOTS_MAX);
    const sum = few.reduce((all, entry) => all + entry.dc, 0n);
    if (sum * 1000n < totalDc * DEALING_PARTS_MIN) continue;
    const dealt = few.flatMap(({ hotspot }) => numbers.get(hotspot) ?? []);
    const score = Number((1000n * sum) / totalDc);
    for (const number of dealt) {
      if (hearersBeside(network, { number, dealt }) < DEALING_NEIGHBOURS_MIN) continue;
      const mark = scores.get(number) ?? { score: 0, with: new Set<number>() };
      mark.score = Math.max(mark.score, score);
      for (const other of dealt) if (other !== number) mark.with.add(other);
      scores.set(number, mark);
    }
  }
  return [...scores].flatMap(([number, mark]) => {
    const hotspot = network.hotspots[number];
    if (hotspot === undefined) return [];
    const evidence = addressesOf(network, { numbers: mark.with, max: EVIDENCE_MAX });
    const { address } = hotspot;
    const { score } = mark;
    return [{ kind: "hotspot", hotspot: address, classifier: "self-dealing", score, evidence }];
  });
}

/** Neighbours that hear most of its beacons: they stand where its devices are heard. */
function hearersBeside(
  network: Network,
  { number, dealt }: { number: number; dealt: readonly number[] },
): number {
  return (network.links[number] ?? []).filter((link) => {
    const partner = partnerOf(link, number);
    const sent = sentOn(link, number);
    return !dealt.includes(partner) && sent?.near === true && 2 * sent.heard >= sent.tried;
  }).length;
}
