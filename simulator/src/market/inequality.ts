/** How unequal a distribution is. */

/** Gini coefficient, 0 (all alike) to 1: by rank, so that it needs no pairs. Empty: 0. */
export function gini(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  let sum = 0;
  let ranked = 0;
  for (const [index, value] of sorted.entries()) {
    sum += value;
    ranked += (index + 1) * value;
  }
  if (sum === 0) return 0;
  const count = sorted.length;
  return (2 * ranked) / (count * sum) - (count + 1) / count;
}

/** The middle value; of an even number the upper of the two. Empty: 0. */
export function median(values: readonly number[]): number {
  return Float64Array.from(values).sort()[values.length >> 1] ?? 0;
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
