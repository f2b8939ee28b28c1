/** What the router spends, for people: per channel, and per hotspot on each. */
import { type Address, toHex } from "@katydid/protocol";
import type { ChannelBook } from "./channel-book.ts";

export interface ChannelSpend {
  /** Hex. */
  readonly channel: string;
  readonly state: ChannelBook["state"];
  readonly depositDc: string;
  readonly boughtDc: string;
  readonly vouchedDc: string;
  readonly leftDc: string;
  readonly packets: number;
  /** Protocol time, ms. */
  readonly expiresAt: number;
  readonly hotspots: readonly HotspotSpend[];
}
export interface HotspotSpend {
  readonly hotspot: Address;
  readonly boughtDc: string;
  readonly vouchedDc: string;
  readonly packets: number;
}

/** Dearest hotspot first. Amounts are decimal strings, as everywhere in the HTTP interfaces. */
export function spendOf(book: ChannelBook): ChannelSpend {
  const accounts = [...book.accounts.values()].sort((a, b) => b.cumulativeDc - a.cumulativeDc);
  return {
    channel: toHex(book.id),
    state: book.state,
    depositDc: String(book.depositDc),
    boughtDc: String(book.committedDc),
    vouchedDc: String(accounts.reduce((sum, { vouchedDc }) => sum + vouchedDc, 0)),
    leftDc: String(book.depositDc - book.committedDc),
    packets: accounts.reduce((sum, { cumulativePackets }) => sum + cumulativePackets, 0),
    expiresAt: book.expiresAt,
    hotspots: accounts.map((account) => ({
      hotspot: account.hotspot,
      boughtDc: String(account.cumulativeDc),
      vouchedDc: String(account.vouchedDc),
      packets: account.cumulativePackets,
    })),
  };
}
