/** Subjects of money: DC, price, channels, epochs. */
import {
  dc,
  dcForBytes,
  type MicroUsd,
  medianPrice,
  microUsd,
  motes,
  payoutEpoch,
  settleChannel,
  voucherOrder,
} from "@katydid/protocol";
import {
  amountOf,
  type Fields,
  fieldsOf,
  listOf,
  mapOf,
  refuse,
  textOf,
  wholeOf,
} from "../input.ts";

export function bytesToDc(input: Fields) {
  const bytes = wholeOf(input.bytes, "bytes", { least: Number.MIN_SAFE_INTEGER });
  return { dc: Number(dcForBytes(bytes)) };
}

const dcOf = (value: unknown, name: string) => dc(amountOf(value, name));
const motesOf = (value: unknown, name: string) => motes(amountOf(value, name));
const priceOf = (value: unknown, name: string): MicroUsd => microUsd(wholeOf(value, name));

export function channelSettle(input: Fields) {
  const depositDc = dcOf(input.depositDc, "depositDc");
  const claims = mapOf(input.claims, "claims", dcOf);
  const reserved = mapOf(input.reserved ?? {}, "reserved", dcOf);
  let held = 0n;
  for (const amount of reserved.values()) held += amount;
  if (held > depositDc) refuse("more is reserved than was deposited");
  const settled = settleChannel({ depositDc, claims, reserved });
  return {
    payoutsDc: Object.fromEntries(
      [...settled.payouts].map(([claimant, payout]) => [claimant, Number(payout)]),
    ),
    overspent: settled.overspent,
    refundDc: Number(settled.refundDc),
  };
}

export function voucherPair(input: Fields) {
  const figures = (value: unknown, name: string) => {
    const fields = fieldsOf(value, name);
    return {
      sequence: wholeOf(fields.sequence, "sequence"),
      cumulativeDc: dcOf(fields.cumulativeDc, "cumulativeDc"),
      cumulativePackets: wholeOf(fields.cumulativePackets, "cumulativePackets"),
    };
  };
  return { bToA: voucherOrder(figures(input.a, "a"), figures(input.b, "b")) };
}

export function priceMedian(input: Fields) {
  // An oracle without a submission in the window may be written as null, and so may no price yet.
  const submissions = listOf(input.submissionsMicroUsd, "submissionsMicroUsd");
  const previous = input.previousMicroUsd ?? undefined;
  const price = medianPrice({
    oracles: wholeOf(input.oracles, "oracles"),
    previousMicroUsd: previous === undefined ? undefined : priceOf(previous, "previousMicroUsd"),
    submissionsMicroUsd: submissions
      .filter((value) => value !== null)
      .map((value) => priceOf(value, "submission")),
  });
  return { priceMicroUsd: price ?? null };
}

export function epochPayout(input: Fields) {
  const dcByHotspot = mapOf(input.dcByHotspot, "dcByHotspot", dcOf);
  const priceMicroUsd = priceOf(input.tokenPriceMicroUsd, "tokenPriceMicroUsd");
  if (priceMicroUsd === 0 && dcByHotspot.size > 0) refuse("DC cannot be priced at 0");
  const payout = payoutEpoch({
    emission: motesOf(input.emissionMotes, "emissionMotes"),
    dustIn: motesOf(input.dustInMotes, "dustInMotes"),
    priceMicroUsd,
    dcByHotspot,
    burnedByHotspot: mapOf(input.burnedMotesByHotspot, "burnedMotesByHotspot", motesOf),
    challengerUnits: unitsOf(input.challengerUnits, "challengerUnits"),
    beaconerUnits: unitsOf(input.beaconerUnits, "beaconerUnits"),
    witnessUnits: unitsOf(input.witnessUnits, "witnessUnits"),
  });
  return {
    consensus: String(payout.consensus),
    data: textsOf(payout.data),
    challengers: textsOf(payout.challengers),
    beaconers: textsOf(payout.beaconers),
    witnesses: textsOf(payout.witnesses),
    unminted: String(payout.unminted),
    dustOut: String(payout.dustOut),
  };
}

function textsOf(amounts: ReadonlyMap<string, bigint>): Record<string, string> {
  return Object.fromEntries([...amounts].map(([key, amount]) => [key, String(amount)]));
}

/** Places behind the point that a case may write; bounds the power of ten. */
const PLACES_MAX = 1000;

/**
 * Decimal texts as integers of one scale, which has as many places as the longest of them: shares are
 * exact rationals and depend on the ratio of units only.
 */
function unitsOf(value: unknown, name: string): Map<string, bigint> {
  const texts = mapOf(value, name, (item, of) => {
    const match = /^(\d+)(?:\.(\d*))?$/.exec(
      typeof item === "number" ? `${item}` : textOf(item, of),
    );
    const [, whole = "", fraction = ""] = match ?? refuse(`${of} is not a decimal number`);
    if (fraction.length > PLACES_MAX) refuse(`${of} has more than ${PLACES_MAX} places`);
    return { whole, fraction };
  });
  const places = Math.max(0, ...[...texts.values()].map(({ fraction }) => fraction.length));
  return new Map(
    [...texts].map(([key, { whole, fraction }]) => [
      key,
      BigInt(whole + fraction.padEnd(places, "0")),
    ]),
  );
}
