/** Numbers and reasons in plain words, as an owner would want them. */

export function agoWords(thenMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - thenMs) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** DC with what they cost: 1 DC is 0.00001 USD. */
export function dcWords(dc: string | number): string {
  const value = Number(dc);
  return `${value.toLocaleString("en-US")} DC (${(value / 100_000).toFixed(5)} USD)`;
}
