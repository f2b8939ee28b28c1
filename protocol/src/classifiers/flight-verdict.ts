/**
 * Time of flight, where both chips have it: evidence for the classifiers and no rule, since a cheat
 * would leave it out. What it can show is a claim that is kilometres wrong.
 */

const NANOSECONDS = 1_000_000_000;
/** Light travels 299,792,458 m a second (SI): 299,792 m in a millisecond. */
const METERS_PER_MS = 299_792;
const NS_PER_MS = 1_000_000;

/**
 * What flights may miss by, nanoseconds. Gateways' clocks agree to "a few tens of nanoseconds"
 * (LoRa Alliance, Geolocation Whitepaper 2018, 4.1), and multipath leaves 20 to 200 m (its figure
 * 3-1), 0.7 us. But the moment of transmission is known only by the concentrator's counter of 1 us
 * (sx1302_hal, `count_us`), on a delay that differs from board to board by about a microsecond, and a
 * symbol of a weak signal is placed within a part of a chip (8 us at 125 kHz). 5 us: 1.5 km.
 */
export const FLIGHT_TOLERANCE_NS = 5000;
/** Two cells of resolution 12 are up to 11 m wrong each, and nobody asserts his antenna exactly. */
export const FLIGHT_TOLERANCE_METERS = 100;

/**
 * Whether the time from the end of the transmission to that of the reception (nanoseconds since each
 * one's last PPS, so modulo one second) is that of light over the claimed distance (whole metres).
 */
export function flightVerdict(input: {
  receiptFineNs: number;
  reportFineNs: number;
  distanceMeters: number;
}): "good" | "bad" {
  const difference = (input.reportFineNs - input.receiptFineNs) % NANOSECONDS;
  // From -half a second to half a second: an honest clock may make a short flight slightly negative.
  const half = NANOSECONDS / 2;
  const wrapped = difference >= half ? difference - NANOSECONDS : difference;
  const flightNs = wrapped < -half ? wrapped + NANOSECONDS : wrapped;
  const claimedNs = Math.floor((input.distanceMeters * NS_PER_MS) / METERS_PER_MS);
  const toleranceNs =
    FLIGHT_TOLERANCE_NS + Math.floor((FLIGHT_TOLERANCE_METERS * NS_PER_MS) / METERS_PER_MS);
  return Math.abs(flightNs - claimedNs) <= toleranceNs ? "good" : "bad";
}
