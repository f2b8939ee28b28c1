/** Puts the parts of forwarding together: one queue, one book, one link for each router in use. */
import type { Concentrator, ReceivedFrame } from "@katydid/firmware";
import type { ChannelView, LedgerClient, LedgerEvent, RouterView } from "@katydid/ledger/client";
import type { Bus, Clock, Counter, Log, Metrics, Random, Store } from "@katydid/platform";
import {
  type Address,
  type KeyPair,
  type Params,
  routerEquivocation,
  type SignedVoucher,
  toHex,
} from "@katydid/protocol";
import type { ProtocolClock, SendTransaction } from "../ledger-link.ts";
import type { AgentPolicy } from "../policy.ts";
import type { Reportable } from "../reporter.ts";
import { Downlinks } from "./downlinks.ts";
import { Forwarder } from "./forwarder.ts";
import { forwardingCounts } from "./forwarding-counts.ts";
import { OfflineQueue } from "./offline-queue.ts";
import { Redeemer } from "./redeemer.ts";
import { type Route, RouteTable } from "./route-table.ts";
import { RouterLink } from "./router-link.ts";
import { Standing } from "./standing.ts";
import { VoucherBook, type VoucherVerdict } from "./voucher-book.ts";

export interface ForwardingOptions {
  readonly key: KeyPair;
  readonly chainId: string;
  readonly params: Params;
  readonly policy: AgentPolicy;
  readonly ledger: LedgerClient;
  readonly send: SendTransaction;
  readonly busTo: (url: string) => Bus;
  readonly concentrator: Concentrator;
  readonly region: () => string;
  readonly clock: Clock;
  readonly protocolClock: ProtocolClock;
  readonly random: Random;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly onProprietary: (frame: ReceivedFrame) => void;
  /** Brings it before the ledger, once. */
  readonly report: (evidence: Reportable) => void;
}

export class Forwarding {
  readonly #options: ForwardingOptions;
  readonly #forwarder: Forwarder;
  readonly #queue: OfflineQueue;
  readonly #book: VoucherBook;
  readonly #redeemer: Redeemer;
  /** As the ledger lists them; each paid 100 USD to be there. */
  readonly #routers = new Map<Address, RouterView>();
  readonly #standings = new Map<Address, Standing>();
  readonly #counts: ReturnType<typeof forwardingCounts>;
  readonly #queueDropped: Counter;
  #checkedAtMs = 0;

  constructor(options: ForwardingOptions) {
    this.#options = options;
    const { clock, log, policy, store } = options;
    const counts = forwardingCounts(options.metrics);
    this.#counts = counts;
    this.#queueDropped = options.metrics.counter({
      name: "katydid_queue_dropped_total",
      help: "Frames dropped from the full offline queue, oldest first.",
    });
    this.#queue = new OfflineQueue({
      store: store.scope("queue"),
      lengthMax: policy.queueLengthMax,
      log,
      onDropped: () => {
        counts.uplinks.add("queue-full");
        this.#queueDropped.add(1);
      },
    });
    this.#book = new VoucherBook({
      store,
      chainId: options.chainId,
      hotspot: options.key.address,
      checkStepDc: Number(options.params.voucherStepDc),
      log,
      count: (verdict) => counts.vouchers.add(verdict),
      onEquivocation: (first, second) => {
        const evidence = routerEquivocation(first, second);
        if (evidence !== undefined) options.report(evidence);
      },
      onAccepted: (router, voucher) => {
        const vouched = Number(voucher.cumulativeDc);
        this.#standingOf(router).credit.learn(toHex(voucher.channel), { vouched });
      },
    });
    this.#redeemer = this.#makeRedeemer();
    const downlinks = new Downlinks({
      concentrator: options.concentrator,
      log,
      region: options.region,
      count: (outcome) => counts.downlinks.add(outcome),
    });
    this.#forwarder = new Forwarder({
      clock,
      log,
      policy,
      queue: this.#queue,
      frames: counts.frames,
      uplinks: counts.uplinks,
      makeLink: (route) => this.#makeLink(route, downlinks),
      onProprietary: options.onProprietary,
    });
    this.#restoreCredit();
  }

  onFrame(frame: ReceivedFrame): void {
    this.#forwarder.onFrame(frame);
  }

  /** Reads the routers from the ledger. */
  async refreshRoutes(): Promise<void> {
    for (const router of await this.#options.ledger.routers()) {
      this.#routers.set(router.address, router);
    }
    this.#forwarder.useRoutes(new RouteTable([...this.#routers.values()]));
  }

  /** One of them is new or has changed. */
  learnRouter(router: RouterView): void {
    this.#routers.set(router.address, router);
    // Before the first reading there is no table: frames wait for all routers, not for one.
    if (this.#forwarder.routes === undefined) return;
    this.#forwarder.useRoutes(new RouteTable([...this.#routers.values()]));
  }

  onLedgerEvent(event: LedgerEvent): void {
    if (event.kind === "channel-changed") this.#redeemer.learn(event.channel);
  }

  /** Now and then. Resolves when what it asked of the ledger is answered. */
  async chores(): Promise<void> {
    const { clock, policy, protocolClock } = this.#options;
    this.#forwarder.chores();
    if (clock.now() - this.#checkedAtMs >= policy.voucherCheckMs) {
      this.#checkedAtMs = clock.now();
      this.#book.settle();
    }
    await this.#redeemer.round(protocolClock.now());
  }

  close(): void {
    this.#book.settle();
    for (const standing of this.#standings.values()) void standing.close();
    this.#forwarder.close();
  }

  status() {
    const { frames, uplinks, vouchers, downlinks, redemptions } = this.#counts;
    return {
      lastFrameAt: this.#forwarder.lastFrameMs,
      routersKnown: this.#forwarder.routes?.routers.length,
      frames: frames.snapshot(),
      uplinks: uplinks.snapshot(),
      downlinks: downlinks.snapshot(),
      queued: this.#queue.length,
      routers: this.#forwarder.links().map((link) => link.status()),
      vouchers: {
        received: vouchers.snapshot(),
        redemptions: redemptions.snapshot(),
        equivocations: this.#book.equivocations,
        channels: this.#book.channels().map(({ channel, router, latest, redeemedDc }) => ({
          channel: toHex(channel),
          router,
          vouchedDc: Number(latest?.cumulativeDc ?? 0n),
          packets: latest?.cumulativePackets ?? 0,
          redeemedDc,
        })),
      },
    };
  }

  #makeLink(route: Route, downlinks: Downlinks): RouterLink {
    const { params, key, chainId, busTo, region, clock, random, policy, log } = this.#options;
    return new RouterLink({
      ...{ key, chainId, busTo, region, clock, random, policy, log, downlinks },
      router: route.router,
      endpoints: route.endpoints,
      copyWindowMs: params.copyWindowMs,
      standing: this.#standingOf(route.router),
      queue: this.#queue,
      counts: this.#counts.uplinks,
      openChannel: (router, channel) => this.#openChannel(router, channel),
      adoptChannel: (router, channel) => this.#adoptChannel(router, channel),
      onVoucher: (voucher, router) =>
        this.#onVoucher(voucher, router) === "wrong-channel" ? "wrong-channel" : "fine",
      onReady: (link) => this.#forwarder.drain(link),
    });
  }

  #makeRedeemer(): Redeemer {
    const { ledger, send, clock, policy, log } = this.#options;
    return new Redeemer({
      ...{ ledger, send, clock, policy, log },
      book: this.#book,
      exposureMaxDc: (router) => this.#standingOf(router).credit.exposureMaxDc,
      count: (outcome) => this.#counts.redemptions.add(outcome),
      onView: (router, view) => this.#onView(router, view),
      onReserved: (router, channel, reserved) =>
        this.#standingOf(router).credit.learn(channel, { reserved }),
    });
  }

  async #openChannel(router: Address, channel: Uint8Array): Promise<void> {
    // Vouchers of the channels before come no more: what is held of them goes to disk.
    this.#book.settle();
    this.#book.expect({ channel, router });
    const view = await this.#redeemer.viewOf(channel, router);
    if (view === undefined) {
      const fields = { router, channel: toHex(channel) };
      this.#options.log.warn(fields, "a router speaks of a channel that is not its own");
    }
  }

  /** Of a voucher: only the ledger says whose channel it is. */
  async #adoptChannel(router: Address, channel: Uint8Array): Promise<void> {
    const view = await this.#options.ledger.channel(channel);
    if (view === undefined || view.router !== router || view.state === "settled") return;
    this.#book.expect({ channel, router });
    this.#redeemer.learn(view);
  }

  #onView(router: Address, view: ChannelView): void {
    const credit = this.#standingOf(router).credit;
    const id = toHex(view.id);
    if (view.state === "settled") {
      const own = view.payouts?.find(({ hotspot }) => hotspot === this.#options.key.address);
      credit.settled(id, Number(own?.dc ?? 0n));
    } else credit.learn(id, { left: view.state === "open" ? Number(view.leftDc) : 0 });
  }

  #standingOf(router: Address): Standing {
    let standing = this.#standings.get(router);
    if (standing === undefined) {
      const { params, policy, store, log } = this.#options;
      standing = new Standing({
        ...{ router, log, store: store.scope("standing") },
        limitDc: Number(params.creditLimitDc),
        startDc: policy.creditStartDc,
        buyShareMin: policy.buyShareMin,
        aheadDc: policy.creditAheadDc,
        checkVouchers: () => this.#checkVouchers(router),
      });
      this.#standings.set(router, standing);
    }
    return standing;
  }

  #checkVouchers(from: Address): void {
    for (const { channel, router } of this.#book.channels()) {
      if (router === from) this.#book.settle(channel);
    }
  }

  #onVoucher(voucher: SignedVoucher, router: Address): VoucherVerdict {
    const verdict = this.#book.receive(voucher, router);
    const isNewest = verdict === "held" || verdict === "accepted" || verdict === "repeated";
    if (isNewest) this.#standingOf(router).credit.told();
    return verdict;
  }

  /** What was vouched and not redeemed before a restart is still carried on credit. */
  #restoreCredit(): void {
    for (const { channel, router, latest, redeemedDc } of this.#book.channels()) {
      const vouched = Number(latest?.cumulativeDc ?? 0n);
      this.#standingOf(router).credit.restore(toHex(channel), { vouched, reserved: redeemedDc });
    }
  }
}
