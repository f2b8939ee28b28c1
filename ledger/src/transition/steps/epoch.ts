/** The end of an epoch: data pay at once, coverage pay held, what flooring leaves carried on. */
import {
  type Address,
  addressFromBytes,
  type Dc,
  emissionOfEpoch,
  type Milliseconds,
  type Motes,
  milliseconds,
  type Payout,
  payoutEpoch,
  shareConsensus,
} from "@katydid/protocol";
import type { RewardView } from "../../client/client.ts";
import type { Draft } from "../draft.ts";
import { holdbackKey, ONLY } from "../keys.ts";
import { EPOCHS_PER_BLOCK_MAX } from "../limits.ts";
import { credit } from "../money.ts";
import type { EarningRow, HoldbackRow } from "../rows.ts";
import { shareOut } from "../shares.ts";
import { earningTable, holdbackTable, producerTable } from "../tables.ts";
import { stripEarnings } from "./burns.ts";
import { classifyHotspots } from "./classify.ts";

export function endEpochs(draft: Draft): void {
  const epochMs = draft.context.params.epochSeconds * 1000;
  for (let ended = 0; ended < EPOCHS_PER_BLOCK_MAX; ended++) {
    const [due] = draft.takeDue("epoch", 1);
    if (due === undefined) return;
    draft.schedule({ kind: "epoch", at: milliseconds(due.at + epochMs), id: ONLY });
    endEpoch(draft, due.at);
  }
}

type Earnings = ReadonlyMap<Address, EarningRow>;

/** `endsAt`: when it was scheduled to end, whatever block ends it. */
function endEpoch(draft: Draft, endsAt: Milliseconds): void {
  classifyHotspots(draft);
  stripEarnings(draft);
  const { epoch, priceMicroUsd, released } = draft.chain;
  const { params } = draft.context;
  const earnings: Earnings = new Map(
    [...draft.range(earningTable)].map(([key, row]) => [addressFromBytes(key), row]),
  );
  const emission = emissionOfEpoch({ params, epoch });
  const dustIn = draft.supply.dust;
  const payout = payoutEpoch(
    {
      emission,
      dustIn,
      priceMicroUsd,
      dcByHotspot: column<Dc>(earnings, "dc"),
      burnedByHotspot: column<Motes>(earnings, "dcMotes"),
      challengerUnits: column(earnings, "challengerUnits"),
      beaconerUnits: column(earnings, "beaconerUnits"),
      witnessUnits: column(earnings, "witnessUnits"),
    },
    params,
  );
  const dust = payout.dustOut + payProducers(draft, payout.consensus);
  draft.adjustSupply({ minted: emission - payout.unminted, dust: dust - dustIn });
  const data = payData(draft, payout);
  const releaseAt = milliseconds(endsAt + params.holdbackSeconds * 1000);
  const held = holdCoverage(draft, { earnings, payout, releaseAt });
  for (const [key] of [...draft.range(earningTable)]) draft.put(earningTable, key, undefined);
  noteChallengePay(draft, held);
  draft.updateChain({ epoch: epoch + 1, released: 0n as Motes });
  const paid = (data + payout.consensus) as Motes;
  draft.tell({ kind: "epoch-ended", subjects: [], epoch, paid, held, released });
}

/**
 * What a challenge is worth to all who are in it: no penalty is less (bonds.ts). An epoch without one
 * changes nothing, or whoever silences them all would make silence cheap.
 */
function noteChallengePay(draft: Draft, coverage: Motes): void {
  const { witnessedChallenges, challengePay } = draft.chain;
  const count = BigInt(witnessedChallenges);
  const pay = count === 0n ? challengePay : (coverage + count - 1n) / count;
  draft.updateChain({ witnessedChallenges: 0, challengePay: pay as Motes });
}

/** The column of a field, of those that have any. */
function column<T extends bigint>(
  earnings: Earnings,
  name: "challengerUnits" | "beaconerUnits" | "witnessUnits" | "dc" | "dcMotes",
): Map<Address, T> {
  const values = new Map<Address, T>();
  for (const [hotspot, row] of earnings) {
    if (row[name] > 0n) values.set(hotspot, row[name] as bigint as T);
  }
  return values;
}

/** Shares consensus pay by blocks made; returns what flooring leaves. */
function payProducers(draft: Draft, motes: Motes): bigint {
  const producers = [...draft.range(producerTable)];
  const blocksByProducer = new Map(producers.map(([key, { blocks }]) => [key, blocks]));
  const { shares, dust } = shareConsensus({ motes, blocksByProducer });
  for (const [key, row] of producers) {
    credit(draft, { address: row.owner, motes: shares.get(key) ?? 0n });
    if (row.blocks > 0) draft.put(producerTable, key, { ...row, blocks: 0 });
  }
  return dust;
}

function payData(draft: Draft, payout: Payout<Address>): bigint {
  let sum = 0n;
  for (const [hotspot, motes] of payout.data) {
    const row = draft.hotspot(hotspot);
    if (row === undefined) throw new Error(`data pay of no hotspot: ${hotspot}`);
    sum += motes;
    credit(draft, { address: row.owner, motes });
    draft.updateHotspot(hotspot, { earnedData: (row.earnedData + motes) as Motes });
    tellReward(draft, { hotspot, kind: "data", motes, state: "paid" });
    draft.touch(hotspot);
  }
  return sum;
}

function holdCoverage(
  draft: Draft,
  input: { earnings: Earnings; payout: Payout<Address>; releaseAt: Milliseconds },
): Motes {
  const { earnings, payout, releaseAt } = input;
  const { epoch } = draft.chain;
  let sum = 0n;
  for (const [hotspot, row] of earnings) {
    const challenger = payout.challengers.get(hotspot) ?? (0n as Motes);
    const beaconer = payout.beaconers.get(hotspot) ?? (0n as Motes);
    const witness = payout.witnesses.get(hotspot) ?? (0n as Motes);
    const total = (challenger + beaconer + witness) as Motes;
    if (total === 0n) continue;
    sum += total;
    draft.put(
      holdbackTable,
      holdbackKey({ epoch, hotspot }),
      heldRow({ releaseAt, challenger, beaconer, witness, row }),
    );
    const held = (draft.hotspot(hotspot)?.held ?? 0n) + total;
    draft.updateHotspot(hotspot, { held: held as Motes });
    const shares = [
      ["challenger", challenger],
      ["beaconer", beaconer],
      ["witness", witness],
    ] as const;
    for (const [kind, motes] of shares) {
      if (motes === 0n) continue;
      tellReward(draft, { hotspot, kind, motes, heldUntil: releaseAt, state: "held" });
    }
    draft.touch(hotspot);
  }
  draft.adjustSupply({ held: sum });
  return sum as Motes;
}

function heldRow({
  row,
  ...pay
}: Pick<HoldbackRow, "releaseAt" | "challenger" | "beaconer" | "witness"> & {
  row: EarningRow;
}): HoldbackRow {
  const { beaconer, witness } = pay;
  const { beaconerUnits, witnessUnits, asBeaconer, asWitness } = row;
  return {
    ...pay,
    graceBeaconer: graceShare(beaconer, row.graceBeaconerUnits, beaconerUnits),
    graceWitness: graceShare(witness, row.graceWitnessUnits, witnessUnits),
    asBeaconer: shareOut({ amount: beaconer, whole: beaconerUnits, shares: asBeaconer }),
    asWitness: shareOut({ amount: witness, whole: witnessUnits, shares: asWitness }),
  };
}

/** Motes of units that were earned in grace, rounded up: what is in doubt waits. */
function graceShare(motes: Motes, graceUnits: bigint, units: bigint): Motes {
  if (units === 0n || graceUnits === 0n) return 0n as Motes;
  return ((motes * graceUnits + units - 1n) / units) as Motes;
}

function tellReward(draft: Draft, reward: { hotspot: Address } & Omit<RewardView, "epoch">): void {
  const { hotspot, ...view } = reward;
  const owner = draft.hotspot(hotspot)?.owner;
  if (owner === undefined) return;
  draft.rewards.push({ hotspot, owner, view: { epoch: draft.chain.epoch, ...view } });
}
