/** Why a witness was or was not paid, with the numbers that led to it (PROTOCOL.md, the verdicts). */
import { distanceWords } from "./amounts.ts";

/** Of a `WitnessView`: what the words need. */
export interface WitnessNumbers {
  readonly reason?: string;
  readonly held?: boolean;
  readonly selected?: boolean;
  readonly passedOver?: "side-by-side" | "beyond-limit";
  readonly rssiDbm?: number;
  readonly boundDbm?: number;
  readonly distanceMeters?: number;
}

/** One sentence that begins with "Valid:" or "Not paid:". */
export function verdictWords(witness: WitnessNumbers): string {
  return witness.reason === undefined ? validWords(witness) : `Not paid: ${unpaidWords(witness)}.`;
}

function validWords(witness: WitnessNumbers): string {
  const free = boundWords(witness);
  const heard = `heard at ${signalWords(witness)} over ${distanceWords(witness.distanceMeters)}`;
  const valid = `Valid: ${heard}; free space allows ${free}.`;
  if (witness.selected === false) return `${valid} Not paid: ${passedOverWords(witness)}.`;
  if (witness.held === true) {
    return `${valid} Its pay is held until its own beacon was heard once (grace).`;
  }
  return valid;
}

function passedOverWords({ passedOver }: WitnessNumbers): string {
  switch (passedOver) {
    case "side-by-side":
      return "it stands within 8 cells of resolution 11 (some 400 m) of a witness that the draw selected before it, and radios side by side get one share";
    case "beyond-limit":
      return "14 others came before it in the draw";
    default:
      return "the target's receipt was not there, and without it nobody is";
  }
}

function unpaidWords(witness: WitnessNumbers): string {
  const signal = signalWords(witness);
  const distance = distanceWords(witness.distanceMeters);
  switch (witness.reason) {
    case "unknown-hotspot":
      return "one of the two is a hotspot that the ledger did not know when the target was drawn";
    case "not-bonded":
      return "the bond of one of the two was below half; its owner can fill it up";
    case "not-located":
      return "one of the two had no asserted location";
    case "denied":
      return "a classification stood against one of the two";
    case "denied-edge":
      return "a classification stood against this pair: physics does not allow it as claimed";
    case "self-witness":
      return "beaconer or challenger themselves cannot witness";
    case "duplicate":
      return "it was a second report for the same challenge";
    case "expired":
      return "the report came after the challenge's deadline";
    case "too-late":
      return "the report came over 4 s after the target's receipt";
    case "payload-mismatch":
      return "it reported another payload than the one sent";
    case "frequency-mismatch":
      return "it reported a frequency over 100 kHz from the channel used";
    case "datarate-mismatch":
      return "it reported another data rate than the one used";
    case "region-mismatch":
      return "the two stand in different regions";
    case "too-far":
      return `${distance} is beyond the 100 km limit`;
    case "too-close":
      return `${distance} is closer than 8 cells of resolution 11 (some 400 m)`;
    case "rssi-above-bound": {
      const bound = `the ${boundWords(witness)} that free space allows at ${distance}`;
      return `${signal} is stronger than ${bound}; check locations and gains`;
    }
    case "no-reciprocity-witness":
      return "nobody had heard the witness's own beacons in the window; check its antenna";
    case "no-reciprocity-beaconer":
      return "the beaconer had witnessed nobody in the window";
    case "beyond-limit":
      return "the challenger had more reports than the 32 that fit";
    default:
      return `${witness.reason ?? "no reason was given"} (the challenger's word)`;
  }
}

function signalWords({ rssiDbm }: WitnessNumbers): string {
  return rssiDbm === undefined ? "its signal" : `${rssiDbm.toFixed(1)} dBm`;
}

function boundWords({ boundDbm }: WitnessNumbers): string {
  return boundDbm === undefined ? "signal" : `${boundDbm.toFixed(1)} dBm`;
}
