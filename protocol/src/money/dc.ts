/** What data credits cost and pay (protocol.md section 1). */
import { assert } from "../bytes/assert.ts";
import { BYTES_PER_DC, type Dc, type MicroUsd, type Motes } from "../units.ts";

/**
 * 1 DC = 10 micro-USD and 1 token = 10^8 motes, so motes x (micro-USD per token) of one DC is
 * 10 x 10^8.
 */
const MOTES_MICRO_USD_PER_DC = 1_000_000_000n;

/** Credits that pay a payload: ceil(max(bytes, 1) / 24). */
export function dcForBytes(bytes: number): Dc {
  assert(Number.isSafeInteger(bytes), `not a number of bytes: ${bytes}`);
  const paid = BigInt(Math.max(bytes, 1));
  const size = BigInt(BYTES_PER_DC);
  return ((paid + size - 1n) / size) as Dc;
}

/** Credits that burning `motes` makes at a price per token, floored. */
export function dcForMotes(input: { motes: Motes; priceMicroUsd: MicroUsd }): Dc {
  checkPrice(input.priceMicroUsd);
  return ((input.motes * BigInt(input.priceMicroUsd)) / MOTES_MICRO_USD_PER_DC) as Dc;
}

/**
 * Motes that `dc` are worth at a price per token. Rounding `down` for what is paid out, `up` for what
 * is taken: so that the credits are covered.
 */
export function motesForDc(input: {
  dc: Dc;
  priceMicroUsd: MicroUsd;
  rounding: "up" | "down";
}): Motes {
  checkPrice(input.priceMicroUsd);
  const price = BigInt(input.priceMicroUsd);
  const value = input.dc * MOTES_MICRO_USD_PER_DC;
  return (input.rounding === "up" ? (value + price - 1n) / price : value / price) as Motes;
}

function checkPrice(priceMicroUsd: MicroUsd): void {
  const isPrice = Number.isSafeInteger(priceMicroUsd) && priceMicroUsd > 0;
  assert(isPrice, `not a price: ${priceMicroUsd}`);
}
