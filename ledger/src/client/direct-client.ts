/** The ledger's client for those in the node's own process: fleets, tests, the console's server. */
import type { Address, Bytes32, ChallengeId } from "@katydid/protocol";
import type { LedgerNode } from "../node/ledger-node.ts";
import type {
  LedgerClient,
  LedgerEvent,
  PageQuery,
  SubmitOutcome,
  Watch,
  WatchOptions,
} from "./client.ts";

export class DirectLedgerClient implements LedgerClient {
  private readonly node: LedgerNode;
  private readonly watches = new Set<Watch>();

  /** Does not close the node when it is disposed; only its own watches end. */
  constructor(node: LedgerNode) {
    this.node = node;
  }

  async status() {
    return this.node.queries.status();
  }
  async account(address: Address) {
    return this.node.queries.account(address);
  }
  async hotspot(address: Address) {
    return this.node.queries.hotspot(address);
  }
  async hotspots(query?: PageQuery & { readonly owner?: Address }) {
    return this.node.queries.hotspots(query);
  }
  async routers() {
    return this.node.queries.routers();
  }
  async relays() {
    return this.node.queries.relays();
  }
  async channel(id: Bytes32) {
    return this.node.queries.channel(id);
  }
  async channels(router: Address) {
    return this.node.queries.channels(router);
  }
  async challenge(id: ChallengeId) {
    return this.node.queries.challenge(id);
  }
  async challengesOf(hotspot: Address, query?: PageQuery) {
    return this.node.queries.challengesOf(hotspot, query);
  }
  async rewardsOf(hotspot: Address, query?: PageQuery) {
    return this.node.queries.rewardsOf(hotspot, query);
  }
  async penaltiesOf(hotspot: Address, query?: PageQuery) {
    return this.node.queries.penaltiesOf(hotspot, query);
  }
  async classifications(query?: PageQuery) {
    return this.node.queries.classifications(query);
  }
  async hearingOf(hotspot: Address) {
    return this.node.queries.hearingOf(hotspot);
  }
  async trafficOf(router: Address) {
    return this.node.queries.trafficOf(router);
  }
  async transaction(id: string) {
    return this.node.queries.transaction(id);
  }
  async submit(transaction: Uint8Array): Promise<SubmitOutcome> {
    return this.node.submit(transaction);
  }

  watch(options: WatchOptions, handler: (event: LedgerEvent) => void): Watch {
    const watch = this.node.watch(options, handler);
    this.watches.add(watch);
    return {
      cancel: () => {
        watch.cancel();
        this.watches.delete(watch);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watch of this.watches) watch.cancel();
    this.watches.clear();
  }
}
