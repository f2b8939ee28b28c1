/** Amounts, distances and times in words. */

/** A whole number of motes: as the client has it, or as JSON does. */
export type Amount = bigint | string;

const MOTES_PER_TOKEN = 1e8;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Motes as tokens: two decimals, six below one token. */
export function tokenWords(motes: Amount | undefined): string {
  if (motes === undefined) return "–";
  const value = Number(BigInt(motes)) / MOTES_PER_TOKEN;
  return `${value.toLocaleString("en-US", { maximumFractionDigits: value < 1 ? 6 : 2 })} tokens`;
}

/** Meters below a kilometre, else kilometres to a tenth. */
export function distanceWords(meters: number | undefined): string {
  if (meters === undefined) return "–";
  return meters < 1000 ? `${Math.round(meters)} m` : `${(meters / 1000).toFixed(1)} km`;
}

/** A span of milliseconds in the unit one would say it in. */
export function spanWords(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} days`;
}

export function countWords(count: number, noun: string): string {
  const plural = noun.endsWith("s") ? `${noun}es` : `${noun}s`;
  return `${count} ${count === 1 ? noun : plural}`;
}
