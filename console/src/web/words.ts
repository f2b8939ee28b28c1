/** Numbers and reasons in plain words, as an owner would want them. */

export function agoWords(thenMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - thenMs) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** Motes as tokens, six decimals at most. */
export function tokenWords(motes: string | undefined): string {
  if (motes === undefined) return "–";
  const value = Number(BigInt(motes)) / 1e8;
  return `${value.toLocaleString("en-US", { maximumFractionDigits: value < 1 ? 6 : 2 })} tokens`;
}

export function distanceWords(meters: number | undefined): string {
  if (meters === undefined) return "–";
  return meters < 1000 ? `${Math.round(meters)} m` : `${(meters / 1000).toFixed(1)} km`;
}

/** DC with what they cost: 1 DC is 0.00001 USD. */
export function dcWords(dc: string | number): string {
  const value = Number(dc);
  return `${value.toLocaleString("en-US")} DC (${(value / 100_000).toFixed(5)} USD)`;
}

interface VerdictNumbers {
  readonly reason?: string;
  readonly held?: boolean;
  readonly selected?: boolean;
  readonly rssiDbm?: number;
  readonly boundDbm?: number;
  readonly distanceMeters?: number;
}

/** Why a witness was or was not paid. Reasons and order: PROTOCOL.md, the verdict table. */
export function verdictWords(witness: VerdictNumbers): string {
  const rssi = witness.rssiDbm === undefined ? "its signal" : `${witness.rssiDbm.toFixed(1)} dBm`;
  const bound = `the ${boundWords(witness)} that free space allows`;
  const distance = distanceWords(witness.distanceMeters);
  switch (witness.reason) {
    case undefined: {
      const heard = `heard at ${rssi} over ${distance}; free space allows ${boundWords(witness)}.`;
      if (witness.held)
        return `Valid: ${heard} Its pay is held until it has been heard itself (grace).`;
      if (witness.selected === false)
        return `Valid: ${heard} Not among the 14 that are paid for one challenge.`;
      return `Valid: ${heard}`;
    }
    case "unknown-hotspot":
      return "Not paid: a hotspot that the ledger does not know.";
    case "not-bonded":
      return "Not paid: the bond of one of the two is below half.";
    case "not-located":
      return "Not paid: one of the two has no asserted location.";
    case "denied":
    case "denied-edge":
      return "Not paid: a classification stands against the hotspot or this pair.";
    case "self-witness":
      return "Not paid: beaconer or challenger themselves cannot witness.";
    case "duplicate":
      return "Not paid: a second report for the same challenge.";
    case "expired":
      return "Not paid: the report came after the challenge's deadline.";
    case "too-late":
      return "Not paid: the report came over 4 s after the target's receipt.";
    case "payload-mismatch":
      return "Not paid: it reported another payload than the one sent.";
    case "frequency-mismatch":
      return "Not paid: it reported a frequency over 100 kHz from the channel used.";
    case "datarate-mismatch":
      return "Not paid: it reported another data rate than the one used.";
    case "region-mismatch":
      return "Not paid: the two stand in different regions.";
    case "too-far":
      return `Not paid: ${distance} is beyond the 100 km limit.`;
    case "too-close":
      return `Not paid: ${distance} is closer than 8 cells of resolution 11 (some 400 m).`;
    case "rssi-above-bound":
      return `Not paid: ${rssi} is stronger than ${bound} at ${distance}.`;
    case "no-reciprocity-witness":
      return "Not paid: nobody has heard the witness's own beacons in the window.";
    case "no-reciprocity-beaconer":
      return "Not paid: the beaconer has witnessed nobody in the window.";
    default:
      return `Not paid: ${witness.reason}.`;
  }
}

function boundWords({ boundDbm }: VerdictNumbers): string {
  return boundDbm === undefined ? "signal" : `${boundDbm.toFixed(1)} dBm`;
}
