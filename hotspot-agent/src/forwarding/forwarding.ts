/** Puts the parts of forwarding together: one queue, one book, one link for each router in use. */
import type { Concentrator, ReceivedFrame } from "@katydid/firmware";
import type { ChannelView, LedgerClient, LedgerEvent, RouterView } from "@katydid/ledger/client";
import type { Bus, Clock, Counter, Log, Metrics, Random, Store } from "@katydid/platform";
import { type Address, type KeyPair, type Params, toHex } from "@katydid/protocol";
import type { ProtocolClock, SendTransaction } from "../ledger-link.ts";
import type { AgentPolicy } from "../policy.ts";
import { Credit } from "./credit.ts";
import { Downlinks } from "./downlinks.ts";
import { Forwarder } from "./forwarder.ts";
import { frameOutcomes, NamedCounts, uplinkOutcomes } from "./frame-counts.ts";
import { OfflineQueue } from "./offline-queue.ts";
import { Redeemer } from "./redeemer.ts";
import { type Route, RouteTable } from "./route-table.ts";
import { RouterLink } from "./router-link.ts";
import { VoucherBook, voucherVerdicts } from "./voucher-book.ts";

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
}

const downlinkOutcomes = ["transmitted", "second-window", "refused"] as const;
const redemptionOutcomes = ["submitted", "confirmed", "refused", "no-effect"] as const;

export class Forwarding {
  readonly #options: ForwardingOptions;
  readonly #forwarder: Forwarder;
  readonly #queue: OfflineQueue;
  readonly #book: VoucherBook;
  readonly #redeemer: Redeemer;
  /** As the ledger lists them; each paid 100 USD to be there. */
  readonly #routers = new Map<Address, RouterView>();
  readonly #credits = new Map<Address, Credit>();
  readonly #counts: ReturnType<typeof makeCounts>;
  readonly #queueDropped: Counter;
  #checkedAtMs = 0;

  constructor(options: ForwardingOptions) {
    this.#options = options;
    const { clock, log, policy, store } = options;
    const counts = makeCounts(options.metrics);
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
      onAccepted: (router, voucher) => {
        const vouched = Number(voucher.cumulativeDc);
        this.#creditOf(router).learn(toHex(voucher.channel), { vouched });
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
      credit: this.#creditOf(route.router),
      queue: this.#queue,
      counts: this.#counts.uplinks,
      openChannel: (router, channel) => this.#openChannel(router, channel),
      onVoucher: (voucher, router) =>
        this.#book.receive(voucher, router) === "wrong-channel" ? "wrong-channel" : "fine",
      onReady: (link) => this.#forwarder.drain(link),
    });
  }

  #makeRedeemer(): Redeemer {
    const { ledger, send, clock, policy, log } = this.#options;
    return new Redeemer({
      ...{ ledger, send, clock, policy, log },
      book: this.#book,
      count: (outcome) => this.#counts.redemptions.add(outcome),
      onView: (router, view) => this.#onView(router, view),
      onReserved: (router, channel, reserved) =>
        this.#creditOf(router).learn(channel, { reserved }),
    });
  }

  async #openChannel(router: Address, channel: Uint8Array): Promise<void> {
    this.#book.expect({ channel, router });
    const view = await this.#redeemer.viewOf(channel, router);
    if (view === undefined) {
      const fields = { router, channel: toHex(channel) };
      this.#options.log.warn(fields, "a router speaks of a channel that is not its own");
    }
  }

  #onView(router: Address, view: ChannelView): void {
    const credit = this.#creditOf(router);
    const id = toHex(view.id);
    if (view.state === "settled") credit.forget(id);
    else credit.learn(id, { left: view.state === "open" ? Number(view.leftDc) : 0 });
  }

  #creditOf(router: Address): Credit {
    let credit = this.#credits.get(router);
    if (credit === undefined) {
      credit = new Credit({ limitDc: Number(this.#options.params.creditLimitDc) });
      this.#credits.set(router, credit);
    }
    return credit;
  }

  /** What was vouched and not redeemed before a restart is still carried on credit. */
  #restoreCredit(): void {
    for (const { channel, router, latest, redeemedDc } of this.#book.channels()) {
      const vouched = Number(latest?.cumulativeDc ?? 0n);
      this.#creditOf(router).learn(toHex(channel), { vouched, reserved: redeemedDc });
    }
  }
}

function makeCounts(metrics: Metrics) {
  return {
    frames: new NamedCounts({
      metrics,
      name: "katydid_frames_total",
      help: "Frames that the radio handed over, by what became of them.",
      label: "outcome",
      values: frameOutcomes,
    }),
    uplinks: new NamedCounts({
      metrics,
      name: "katydid_uplinks_total",
      help: "Frames on their way to routers, by what became of them later.",
      label: "outcome",
      values: uplinkOutcomes,
    }),
    vouchers: new NamedCounts({
      metrics,
      name: "katydid_vouchers_total",
      help: "Vouchers from routers, by verdict.",
      label: "verdict",
      values: voucherVerdicts,
    }),
    downlinks: new NamedCounts({
      metrics,
      name: "katydid_downlinks_total",
      help: "Downlinks that routers asked for, by what became of them.",
      label: "outcome",
      values: downlinkOutcomes,
    }),
    redemptions: new NamedCounts({
      metrics,
      name: "katydid_redemptions_total",
      help: "Vouchers brought to the ledger, by what became of them.",
      label: "outcome",
      values: redemptionOutcomes,
    }),
  };
}
