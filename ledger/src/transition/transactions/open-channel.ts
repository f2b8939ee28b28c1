/** open-channel: DC of the router's owner, and a stake in tokens worth as much. */
import {
  addressBytes,
  type Dc,
  type Motes,
  milliseconds,
  motesForDc,
  type OpenChannel,
} from "@katydid/protocol";
import { tellChannel } from "../channels.ts";
import type { Draft } from "../draft.ts";
import { routerChannelKey } from "../keys.ts";
import { CHANNELS_PER_ROUTER_MAX } from "../limits.ts";
import { debit, debitDc } from "../money.ts";
import type { RouterRow } from "../rows.ts";
import { channelTable, routerChannelTable, routerTable } from "../tables.ts";
import type { KindRefusal, Refusal } from "../types.ts";
import { type Rule, refuse } from "./ruling.ts";

export const openChannel: Rule<OpenChannel> = (draft, body, { id }) => {
  const { router } = body;
  const row = draft.get(routerTable, addressBytes(router));
  if (row === undefined) return refuse({ reason: "router-unknown", router });
  if (row.owner !== body.actor) return refuse({ reason: "not-owner", owner: row.owner });
  const range = rangeRefusal(draft, body);
  if (range !== undefined) return refuse(range);
  if (row.owedDc > 0n) return refuse({ reason: "make-good-due", owed: row.owedDc });
  if (row.openChannels >= CHANNELS_PER_ROUTER_MAX) {
    return refuse({ reason: "channels-full", limit: CHANNELS_PER_ROUTER_MAX });
  }
  return { apply: () => open(draft, { body, row, channel: id }) };
};

function rangeRefusal(draft: Draft, body: OpenChannel): KindRefusal | undefined {
  const { channelDepositMinDc, channelSecondsMin, channelSecondsMax } = draft.context.params;
  if (body.depositDc < channelDepositMinDc) {
    return { reason: "out-of-range", field: "depositDc", limit: Number(channelDepositMinDc) };
  }
  const earliest = draft.now + channelSecondsMin * 1000;
  const latest = draft.now + channelSecondsMax * 1000;
  if (body.expiresAt < earliest) {
    return { reason: "out-of-range", field: "expiresAt", limit: earliest };
  }
  if (body.expiresAt > latest) return { reason: "out-of-range", field: "expiresAt", limit: latest };
  return undefined;
}

function open(
  draft: Draft,
  { body, row, channel }: { body: OpenChannel; row: RouterRow; channel: Uint8Array },
): Refusal | undefined {
  const { depositDc, expiresAt, router } = body;
  const deposit = debitDc(draft, { address: body.actor, dc: depositDc });
  if ("refusal" in deposit) return deposit.refusal;
  const { priceMicroUsd } = draft.chain;
  const stake: Motes = motesForDc({ dc: depositDc, priceMicroUsd, rounding: "up" });
  const refusal = debit(draft, { address: body.actor, motes: stake });
  if (refusal !== undefined) return refusal;
  draft.adjustSupply({ dcInChannels: depositDc, stakes: stake });
  draft.put(channelTable, channel, {
    router,
    owner: body.actor,
    depositDc,
    depositMotes: deposit.cost,
    reservedDc: 0n as Dc,
    stake,
    expiresAt,
    state: "open",
    settledAt: undefined,
    cutDc: 0n as Dc,
    slashed: false,
    claims: 0,
  });
  draft.put(routerChannelTable, routerChannelKey(router, channel), {});
  draft.put(routerTable, addressBytes(router), { ...row, openChannels: row.openChannels + 1 });
  const graceMs = draft.context.params.channelGraceSeconds * 1000;
  draft.schedule({ kind: "channel", at: milliseconds(expiresAt + graceMs + 1), id: channel });
  tellChannel(draft, { channel });
  return undefined;
}
