/** What a node answers, from the committed state and its index. */
import {
  type Address,
  addressBytes,
  addressFromBytes,
  type Bytes32,
  type ChallengeId,
  parseAddress,
  toHex,
} from "@katydid/protocol";
import type {
  AccountView,
  ChainStatus,
  ChallengeView,
  ChannelView,
  HearingView,
  HotspotView,
  Page,
  PageQuery,
  PenaltyView,
  RelayView,
  RewardView,
  RouterView,
  StandingClassification,
  TrafficView,
  TransactionView,
} from "../client/client.ts";
import type { EpochView } from "../client/schemas.ts";
import {
  accountView,
  chainOf,
  challengeView,
  channelView,
  channelViews,
  hearingView,
  hotspotTable,
  hotspotView,
  relayViews,
  routerViews,
  standingClassifications,
  supplyView,
  trafficView,
} from "../transition/index.ts";
import type { Chain } from "./chain.ts";
import type { IndexStore } from "./index-store.ts";
import { cursorBytes, pageLimit, startAfter } from "./page.ts";

export type HotspotQuery = PageQuery & { readonly owner?: Address };

export class LedgerQueries {
  private readonly chain: Chain;
  private readonly index: IndexStore;

  constructor(options: { readonly chain: Chain; readonly index: IndexStore }) {
    this.chain = options.chain;
    this.index = options.index;
  }

  status(): ChainStatus {
    const { state, tip, chainId, params } = this.chain;
    const row = chainOf(state);
    return {
      chainId,
      params: params.name,
      height: row.height,
      blockTime: row.blockTime,
      protocolTime: row.protocolTime,
      stateRoot: toHex(tip.appHash),
      headerHash: toHex(tip.id.hash),
      priceMicroUsd: row.priceMicroUsd,
      hotspots: row.hotspots,
      activeHotspots: row.active,
      epoch: row.epoch,
      supply: supplyView(state),
    };
  }

  account(address: Address): AccountView {
    return accountView(this.chain.state, address);
  }

  hotspot(address: Address): HotspotView | undefined {
    return hotspotView(this.chain.state, address, this.chain.activeIndex);
  }

  /** In the order of their key bytes; the cursor is the last address of the page before. */
  hotspots(query: HotspotQuery = {}): Page<HotspotView> {
    const { state } = this.chain;
    const limit = pageLimit(query);
    const last = query.cursor === undefined ? undefined : parseAddress(query.cursor);
    const start = last === undefined ? {} : { start: startAfter(addressBytes(last)) };
    const items: HotspotView[] = [];
    for (const [key, row] of state.range(hotspotTable, start)) {
      if (query.owner !== undefined && row.owner !== query.owner) continue;
      const cursor = items.at(-1)?.address;
      if (items.length === limit && cursor !== undefined) return { items, cursor };
      const view = this.hotspot(addressFromBytes(key));
      if (view !== undefined) items.push(view);
    }
    return { items };
  }

  /** Every hotspot, in the order of their key bytes. */
  *allHotspots(): Iterable<HotspotView> {
    for (const [key] of this.chain.state.range(hotspotTable)) {
      const view = this.hotspot(addressFromBytes(key));
      if (view !== undefined) yield view;
    }
  }

  routers(): readonly RouterView[] {
    return routerViews(this.chain.state);
  }

  relays(): readonly RelayView[] {
    return relayViews(this.chain.state);
  }

  channel(id: Bytes32): ChannelView | undefined {
    return channelView(this.chain.state, id);
  }

  channels(router: Address): readonly ChannelView[] {
    return channelViews(this.chain.state, router);
  }

  /** As it stands, or as it ended. */
  challenge(id: ChallengeId): ChallengeView | undefined {
    return this.index.endedChallenge(id)?.view ?? challengeView(this.chain.state, id);
  }

  challengesOf(hotspot: Address, query: PageQuery = {}): Page<ChallengeView> {
    const { items: ids, ...rest } = this.index.challengeIdsOf(hotspot, query);
    const views = ids.map((id) => this.challenge(id));
    return { items: views.filter((view) => view !== undefined), ...rest };
  }

  rewardsOf(hotspot: Address, query: PageQuery = {}): Page<RewardView> {
    return this.index.rewardsOf(hotspot, query);
  }

  penaltiesOf(hotspot: Address, query: PageQuery = {}): Page<PenaltyView> {
    return this.index.penaltiesOf(hotspot, query);
  }

  /** The cursor is the hex of the last row's key. */
  classifications(query: PageQuery = {}): Page<StandingClassification> {
    const limit = pageLimit(query);
    const seen = cursorBytes(query.cursor);
    const start = seen === undefined ? {} : { start: startAfter(seen) };
    const items: StandingClassification[] = [];
    let last: Uint8Array | undefined;
    for (const { key, standing } of standingClassifications(this.chain.state, start)) {
      if (items.length === limit && last !== undefined) return { items, cursor: toHex(last) };
      items.push(standing);
      last = key;
    }
    return { items };
  }

  hearingOf(hotspot: Address): HearingView | undefined {
    return hearingView(this.chain.state, hotspot);
  }

  trafficOf(router: Address): TrafficView | undefined {
    return trafficView(this.chain.state, router);
  }

  transaction(id: string): TransactionView | undefined {
    return this.index.transaction(id);
  }

  /** undefined: not ended yet, or no longer kept. */
  epoch(epoch: number): EpochView | undefined {
    return this.index.epoch(epoch);
  }
}
