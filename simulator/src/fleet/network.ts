/**
 * What every simulated network is made of, honest or not: a ledger node with its producer, senders,
 * routers and agents of the shipped code, on a world's clock, buses and stores.
 */
import { type AgentOptions, createAgent, type HotspotAgent } from "@katydid/hotspot-agent";
import { EmbeddedProducer, indexLimits, LedgerNode, type LedgerNodeOptions } from "@katydid/ledger";
import {
  type BodyWithoutCommon,
  DirectLedgerClient,
  type LedgerEvent,
  type SendOptions,
  type SubmitOutcome,
  TransactionSender,
} from "@katydid/ledger/client";
import type { Address, Cell, KeyPair, Params } from "@katydid/protocol";
import { cellAt, db } from "@katydid/protocol";
import { createRouter, type Router, type RouterOptions } from "@katydid/router";
import type { Air } from "../air/air.ts";
import type { Point } from "../air/geometry.ts";
import type { VirtualMetrics } from "../world/virtual-metrics.ts";
import type { World } from "../world/world.ts";
import { checkConservation } from "./conservation.ts";

export const REGION = "US915";
const LOCATION_RESOLUTION = 12;
const ELEVATION_METERS = 10;
/** What nobody of a fleet asks for is not kept as long as by a node or router that people ask. */
const BLOCKS_MAX = 1000;
const EVENT_BLOCKS_MAX = 200;
const TRAIL_POINTS_MAX = 24;
/**
 * Between two vouchers of one hotspot that is owed less than a step: of the twenty packets an hour
 * that it is paid for, a voucher for each would be as many signatures. Never long beside a channel.
 */
const VOUCHER_INTERVAL_MS = 600_000;
const VOUCHERS_PER_CHANNEL_MIN = 2;

/** What a router of the network is made of, before its owner's choices. */
export type RouterParts = Pick<
  RouterOptions,
  "key" | "ledger" | "bus" | "clock" | "random" | "store"
>;
/** The same of an agent. */
export type AgentParts = Pick<
  AgentOptions,
  "key" | "ledger" | "busTo" | "concentrator" | "clock" | "random" | "store"
>;

export interface RouterChoices {
  readonly owner: KeyPair;
  readonly events?: "mqtt" | "none";
}

export interface NetworkOptions {
  readonly world: World;
  readonly params: Params;
  readonly chainId: string;
  /** Blocks that are kept; reading old ones to forget them takes time. Default 1000. */
  readonly blocksMax?: number;
}

export class Network {
  readonly world: World;
  readonly params: Params;
  readonly chainId: string;
  readonly metrics: VirtualMetrics;
  readonly #blocksMax: number;
  readonly #senders = new Map<Address, TransactionSender>();
  #node: LedgerNode | undefined;

  constructor({ world, params, chainId, blocksMax = BLOCKS_MAX }: NetworkOptions) {
    this.world = world;
    this.params = params;
    this.chainId = chainId;
    this.metrics = world.metrics();
    this.#blocksMax = blocksMax;
  }

  get node(): LedgerNode {
    if (this.#node === undefined) throw new Error("the ledger is not open yet");
    return this.#node;
  }

  client(): DirectLedgerClient {
    return new DirectLedgerClient(this.node);
  }

  /** Opens the ledger and lets blocks be made; each is checked for conservation. */
  async openLedger(options: {
    readonly genesis: LedgerNodeOptions["genesis"];
    readonly producer: KeyPair;
    /** Secret of the producer's hash chains. */
    readonly producerSeed: Uint8Array;
    readonly onEvent: (event: LedgerEvent) => void;
  }): Promise<void> {
    const { world, params, metrics } = this;
    const { clock, log } = world;
    const { genesis, producer: key, producerSeed: seed, onEvent } = options;
    const node = await LedgerNode.open({
      ...{ store: world.store("ledger"), genesis, clock, log, metrics },
      index: { ...indexLimits, eventBlocksMax: EVENT_BLOCKS_MAX },
      blocksMax: this.#blocksMax,
    });
    this.#node = node;
    node.watch({}, (event) => {
      onEvent(event);
      if (event.kind === "block") checkConservation(node.queries.status().supply, event.height);
    });
    const producer = new EmbeddedProducer({ node, key, seed, clock, log, params });
    // A ledger that stops is the end of the world, not of one promise.
    producer.closed.catch((error) => {
      clock.after(0, () => {
        throw error;
      });
    });
    producer.start();
  }

  /** Signs and submits, keeping the signer's nonce. */
  send(
    signer: KeyPair,
    body: BodyWithoutCommon,
    options: SendOptions = {},
  ): Promise<SubmitOutcome> {
    const { params, chainId } = this;
    const { clock } = this.world;
    const sender =
      this.#senders.get(signer.address) ??
      new TransactionSender({ signer, chainId, params, clock, client: this.client() });
    this.#senders.set(signer.address, sender);
    return sender.send(body, options);
  }

  /** What a network's founders send is never refused; if it is, that is a bug. */
  async mustSend(
    signer: KeyPair,
    body: BodyWithoutCommon,
    options: SendOptions = {},
  ): Promise<void> {
    const outcome = await this.send(signer, body, options);
    if (outcome.outcome === "refused") throw new Error(`${body.kind} refused: ${outcome.reason}`);
  }

  /** Adds a hotspot, and says where it stands. `claim` names the stream of its claim's nonce. */
  async addHotspot(from: {
    readonly key: KeyPair;
    readonly owner: KeyPair;
    readonly claim: string;
    readonly cell: Cell;
    readonly gainDbi: number;
  }): Promise<void> {
    const { key, owner, claim, cell, gainDbi } = from;
    const hotspot = key.address;
    const nonceHash = this.world.random(claim).bytes(32);
    const add = { kind: "add-hotspot", hotspot, owner: owner.address, nonceHash } as const;
    await this.mustSend(owner, add, { cosigners: [key] });
    await this.mustSend(owner, {
      kind: "assert-location",
      ...{ hotspot, cell, gainDbi: db(gainDbi), elevationMeters: ELEVATION_METERS },
    });
  }

  /** Blocks are made until everything that was sent is in one, and `holds`. */
  async untilSettled(holds: () => boolean = () => true): Promise<void> {
    const { node, world } = this;
    let height = -1;
    const isSettled = () => {
      if (node.height === height) return false;
      height = node.height;
      return !node.hasTransactions && holds();
    };
    await world.run({ until: isSettled });
  }

  /**
   * A router on the parts; its owner pays for its channels. Events go to `mqtt` unless it says so.
   */
  async startRouter(
    parts: RouterParts,
    { owner, events = "mqtt" }: RouterChoices,
  ): Promise<Router> {
    const { params, metrics, chainId, world } = this;
    const router = createRouter({
      ...parts,
      ...{ chainId, params, metrics, log: world.log, ownerSigner: owner, region: REGION, events },
      trailPointsMax: TRAIL_POINTS_MAX,
      voucherIntervalMs: Math.min(
        VOUCHER_INTERVAL_MS,
        (params.channelSecondsMin * 1000) / VOUCHERS_PER_CHANNEL_MIN,
      ),
    });
    await router.start();
    return router;
  }

  /** An agent on the parts; not started. */
  agent(parts: AgentParts): HotspotAgent {
    const { metrics, chainId, world } = this;
    const network = { chainId };
    return createAgent({ ...parts, network, metrics, log: world.log, region: REGION });
  }
}

/** The cell that a hotspot at a point asserts. */
export function cellOf(air: Air, point: Point): Cell {
  return cellAt(air.plane.placeOf(point), LOCATION_RESOLUTION);
}
