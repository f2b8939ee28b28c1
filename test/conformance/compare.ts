/**
 * Whether what the code says is what a vector expects. Of an object, only the keys of `expected` are
 * compared, at any depth; lists have the same length. With a tolerance, numbers compare within it,
 * and so do decimal strings; everything else is equal.
 */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export interface Comparison {
  readonly expected: Json;
  readonly got: unknown;
  /** Inclusive. Absent: equal. */
  readonly tolerance?: number | undefined;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

export function agrees({ expected, got, tolerance }: Comparison): boolean {
  // A vector may write what is absent as null.
  if (expected === null) return got === null || got === undefined;
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) return false;
    return expected.every((item, i) => agrees({ expected: item, got: got[i], tolerance }));
  }
  if (typeof expected === "object") {
    if (typeof got !== "object" || got === null || Array.isArray(got)) return false;
    const own = new Map<string, unknown>(Object.entries(got));
    return Object.entries(expected).every(([key, value]) =>
      agrees({ expected: value, got: own.get(key), tolerance }),
    );
  }
  if (expected === got) return true;
  if (tolerance === undefined || typeof expected !== typeof got) return false;
  return isWithin({ a: String(expected), b: String(got), tolerance: String(tolerance) });
}

/** Exact: decimals are compared as integers, so 0.3 is within 0.1 of 0.2. */
function isWithin(texts: { a: string; b: string; tolerance: string }): boolean {
  const [a, b, tolerance] = [texts.a, texts.b, texts.tolerance].map(parseDecimal);
  if (a === undefined || b === undefined || tolerance === undefined) return false;
  const places = Math.max(a.places, b.places, tolerance.places);
  const at = ({ digits, places: own }: Decimal) => digits * 10n ** BigInt(places - own);
  const difference = at(a) - at(b);
  return (difference < 0n ? -difference : difference) <= at(tolerance);
}

interface Decimal {
  readonly digits: bigint;
  /** Digits behind the point; negative where an exponent adds noughts. */
  readonly places: number;
}

function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = BigInt(whole + fraction);
  return {
    digits: sign === "-" ? -digits : digits,
    places: fraction.length - Number(exponent),
  };
}
