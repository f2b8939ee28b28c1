/** How a hotspot stands, and what its owner can do about it, in sentences. */
import { type Amount, countWords, spanWords, tokenWords } from "./amounts.ts";

/** Of a `ClassificationView`. */
export interface ClassificationNumbers {
  readonly classifier: string;
  readonly score: number;
  readonly evidence: readonly string[];
  readonly since: number;
  readonly until: number;
  readonly burned: Amount;
}

/** Of a `HotspotView`. */
export interface HotspotNumbers {
  readonly bond: Amount;
  readonly bonded: boolean;
  readonly cell?: string;
  readonly active: boolean;
  readonly densityScale: string;
  readonly reciprocity: { readonly asBeaconer: string; readonly asWitness: string };
  readonly earned: { readonly data: Amount; readonly coverage: Amount; readonly held: Amount };
  readonly classification?: ClassificationNumbers;
  readonly leftAt?: number;
}

export interface Sentence {
  /** `bad`: it earns less than it could; `wait`: time will tell; `good`: as it should be. */
  readonly mood: "good" | "wait" | "bad";
  readonly text: string;
}

/** What a classifier means by its finding. The rule itself: PROTOCOL.md section 6. */
export function classifierWords(classifier: string): string {
  switch (classifier) {
    case "closed-cluster":
      return "it hears and is heard almost only by a group of its own, while the hotspots around its claimed place neither hear it nor are heard by it";
    case "unbacked-hearing":
      return "it reports beacons that nobody beside it hears, from hotspots around which nobody hears it";
    case "flat-signal":
      return "the signal that it reports, and that others report of it, does not fall with distance";
    case "impossible-pair":
      return "most of its partners hear it, or are heard by it, more strongly than free space allows, or with a time of flight of another distance";
    case "attached-stack":
      return "it hears the same strangers with the same signal as other hotspots that claim other places: radios side by side";
    case "self-dealing":
      return "nearly all that its router pays for comes from it and a few others. This is a mark only: it costs nothing";
    default:
      return `the classifier ${classifier} found it`;
  }
}

/** In the order in which one would look. */
export function standingWords(hotspot: HotspotNumbers, protocolTime: number): Sentence[] {
  if (hotspot.leftAt !== undefined) {
    return [
      {
        mood: "wait",
        text: `It left ${spanWords(protocolTime - hotspot.leftAt)} ago: it earns nothing, and its bond returns when unbonding is over.`,
      },
    ];
  }
  return [
    ...classificationSentences(hotspot, protocolTime),
    ...bondSentences(hotspot),
    ...placeSentences(hotspot),
    ...reciprocitySentences(hotspot),
  ];
}

function classificationSentences(hotspot: HotspotNumbers, now: number): Sentence[] {
  const { classification } = hotspot;
  if (classification === undefined) return [];
  const { classifier, score, evidence, since, until, burned } = classification;
  const found = `Classified ${classifier} (score ${score} of 1000) ${spanWords(now - since)} ago: ${classifierWords(classifier)}.`;
  if (classifier === "self-dealing") return [{ mood: "wait", text: found }];
  const meaning =
    `It earns no coverage pay for another ${spanWords(until - now)}, longer if it is found again; ` +
    `${tokenWords(burned)} of held pay were burned. It still carries data and is paid for it.`;
  const appeal = `The evidence is ${countWords(evidence.length, "edge")}; anyone can compute it again from the public counters. Who thinks the rule wrong appeals the rule.`;
  return [found, meaning, appeal].map((text) => ({ mood: "bad", text }));
}

function bondSentences({ bond, bonded }: HotspotNumbers): Sentence[] {
  if (bonded) return [{ mood: "good", text: `Its bond of ${tokenWords(bond)} is good.` }];
  const text = `Its bond is below half (${tokenWords(bond)} are left): it is not drawn and not paid for coverage until it is filled up.`;
  return [{ mood: "bad", text }];
}

function placeSentences({ cell, active, densityScale }: HotspotNumbers): Sentence[] {
  if (cell === undefined) {
    return [{ mood: "bad", text: "It has no location: assert one, or it is in no challenge." }];
  }
  if (!active) {
    const text = "It is not active: it took no part and gave no sign for a window. Is it running?";
    return [{ mood: "bad", text }];
  }
  const scale = Number(densityScale);
  if (scale >= 1) return [{ mood: "good", text: "Its place is not crowded (density scale 1)." }];
  const text = `Its place is crowded: units of its beacons count ${densityScale} of one. A place with fewer hotspots pays more.`;
  return [{ mood: scale < 0.5 ? "bad" : "wait", text }];
}

function reciprocitySentences({ reciprocity }: HotspotNumbers): Sentence[] {
  const { asWitness, asBeaconer } = reciprocity;
  const said: Sentence[] = [];
  if (asWitness === "unmet") {
    const text =
      "Nobody has heard its beacons within the window, so neither its witnessing nor its challenges are paid: check antenna and cable.";
    said.push({ mood: "bad", text });
  }
  if (asBeaconer === "unmet") {
    const text =
      "It has heard nobody's beacons within the window, so neither its own nor its challenges are paid: check antenna and cable.";
    said.push({ mood: "bad", text });
  }
  if (asWitness === "grace") {
    const text =
      "None of its beacons was heard yet: pay for witnessing is held until one is, and burned if it leaves before; its challenges are not paid until then.";
    said.push({ mood: "wait", text });
  }
  if (asBeaconer === "grace") {
    const text =
      "It has witnessed no beacon yet: pay for its own is held until it does, and burned if it leaves before; its challenges are not paid until then.";
    said.push({ mood: "wait", text });
  }
  if (said.length === 0) said.push({ mood: "good", text: "It hears others and is heard by them." });
  return said;
}
