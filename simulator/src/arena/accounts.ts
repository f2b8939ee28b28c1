/**
 * What a gang earned, in USD a scaled day. Constants are stated here and nowhere else; all amounts
 * come from the ledger (ledgerbook.ts) and the gang's own purchases.
 */
import { arenaParams, DC_PER_USD } from "@katydid/protocol";
import { SLABS } from "./arena-world.ts";
import type { HotspotAccount } from "./ledgerbook.ts";
import type { WorldResult } from "./run-world.ts";

const DAYS_PER_YEAR = 365;
/** A hotspot with antenna, written off over three years. */
const HARDWARE_USD = 150;
const HARDWARE_YEARS = 3;
/** Five watts at 0.17 USD a kWh. */
const POWER_USD_PER_DAY = 0.02;
/** What a bond would earn elsewhere, a year. */
const INTEREST = 0.08;
/** Fees that are paid once are written off over a year. */
const FEE_YEARS = 1;
/** What a packet is worth to whom it is for, in what one copy of it costs. */
const PACKET_WORTH = 1.5;

const usd = (dc: bigint): number => Number(dc) / Number(DC_PER_USD);
const BOND_USD = usd(arenaParams.bondDc);
const ADD_FEE_USD = usd(arenaParams.addHotspotFeeDc);
const ROUTER_FEE_USD = usd(arenaParams.registerRouterFeeDc + arenaParams.slabFeeDc * BigInt(SLABS));

export interface GangDay {
  /** After costs. */
  readonly profit: number;
  /** Coverage and data pay, released. */
  readonly income: number;
  /** Hardware, power, interest on bonds, one-time fees written off. */
  readonly costs: number;
  /** Bonds and stakes lost, fees beyond the one-time ones, data credits spent. */
  readonly losses: number;
  /** Packets that came to the owner of the gang's devices, as they are worth to it. */
  readonly delivered: number;
}

export function gangDay(world: WorldResult): GangDay {
  const { account, days, radios, members, gang, deliveredDc } = world;
  const hasRouter = gang !== "hotspots";
  const onceUsd = members * ADD_FEE_USD + (hasRouter ? ROUTER_FEE_USD : 0);
  const costs =
    (radios * HARDWARE_USD) / (HARDWARE_YEARS * DAYS_PER_YEAR) +
    radios * POWER_USD_PER_DAY +
    (account.identities * BOND_USD * INTEREST) / DAYS_PER_YEAR +
    onceUsd / (FEE_YEARS * DAYS_PER_YEAR);
  const income = (account.released + account.data) / days;
  // What the wallets gained, were it not for the one-time fees; held pay is in no wallet.
  const gained = (account.netWorth + onceUsd) / days;
  const delivered = (deliveredDc * PACKET_WORTH) / Number(DC_PER_USD) / days;
  return {
    profit: gained + delivered - costs,
    ...{ income, costs, delivered },
    losses: income - gained,
  };
}

/** Of an honest hotspot: what it was paid, released. */
export function incomeOf({ released, data }: HotspotAccount): number {
  return released + data;
}

export function meanIncome(world: WorldResult): number {
  const { honest } = world;
  return honest.reduce((all, account) => all + incomeOf(account), 0) / honest.length;
}
