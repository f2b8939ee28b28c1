/**
 * make-good: the owner of a router pays in DC what a settled channel's claims were cut by, to each
 * hotspot its own cut, as data of the present epoch. What is due to one that is no hotspot any more
 * is spent all the same: nobody gains by outlasting a creditor.
 */
import {
  addressBytes,
  type Bytes32,
  type Dc,
  type MakeGood,
  milliseconds,
} from "@katydid/protocol";
import { claimedDc, claimsOf, putClaim, tellChannel } from "../channels.ts";
import type { Draft } from "../draft.ts";
import { addEarning } from "../earnings.ts";
import { evidenceUntil } from "../memories.ts";
import { debitDc, lesser, shareOf } from "../money.ts";
import type { ChannelRow } from "../rows.ts";
import { channelTable, routerTable } from "../tables.ts";
import type { Refusal } from "../types.ts";
import { type Rule, refuse } from "./ruling.ts";

export const makeGood: Rule<MakeGood> = (draft, { actor, channel }) => {
  const row = draft.get(channelTable, channel);
  if (row === undefined) return refuse({ reason: "channel-unknown" });
  if (row.owner !== actor) return refuse({ reason: "not-owner", owner: row.owner });
  if (row.state !== "settled") return refuse({ reason: "channel-not-settled" });
  if (row.cutDc === 0n) return refuse({ reason: "nothing-cut" });
  return { apply: () => pay(draft, { channel, row }) };
};

interface Paying {
  readonly channel: Bytes32;
  readonly row: ChannelRow;
}

function pay(draft: Draft, { channel, row }: Paying): Refusal | undefined {
  const cut = row.cutDc;
  const taken = debitDc(draft, { address: row.owner, dc: cut });
  if ("refusal" in taken) return taken.refusal;
  draft.adjustSupply({ dcSpent: cut });
  for (const [hotspot, claim] of [...claimsOf(draft, channel)]) {
    const paidDc = claimedDc(claim);
    const dc = (paidDc - claim.paidDc) as Dc;
    if (dc === 0n) continue;
    putClaim(draft, { channel, hotspot }, { ...claim, paidDc });
    if (draft.hotspot(hotspot) === undefined) continue;
    const dcMotes = shareOf({ cost: taken.cost, part: dc, whole: cut });
    addEarning(draft, hotspot, { dc, dcMotes });
  }
  draft.put(channelTable, channel, { ...row, cutDc: 0n as Dc });
  endDebt(draft, row);
  const { settledAt = draft.now } = row;
  const at = Math.max(draft.now + 1, evidenceUntil(draft, settledAt) + 1);
  draft.schedule({ kind: "forget", at: milliseconds(at), id: channel });
  tellChannel(draft, { channel });
  return undefined;
}

function endDebt(draft: Draft, { router, cutDc }: ChannelRow): void {
  const key = addressBytes(router);
  const row = draft.get(routerTable, key);
  if (row === undefined) return;
  const owedDc = (row.owedDc - lesser(row.owedDc, cutDc)) as Dc;
  draft.put(routerTable, key, { ...row, owedDc, openChannels: row.openChannels - 1 });
}
