/**
 * A node in memory, with a clock that a test moves by hand. Not part of what the package exports.
 * (The simulator's twins are out of reach here: imports point only down.)
 */
import {
  type Clock,
  createMetrics,
  type Log,
  type RangeOptions,
  type Store,
  type StoreWrite,
  silentLog,
  type Timer,
} from "@katydid/platform";
import {
  type Address,
  type Bytes32,
  cellAt,
  compareBytes,
  type Db,
  type Dc,
  type Milliseconds,
  type Motes,
  microUsd,
  milliseconds,
  minimalParams,
  sha256,
  tokens,
  utf8,
} from "@katydid/protocol";
import type { ChallengeView, LedgerEvent, SubmitOutcome } from "../client/client.ts";
import { DirectLedgerClient } from "../client/direct-client.ts";
import { TransactionSender } from "../client/transaction-sender.ts";
import {
  type Played,
  receiptOf,
  reportOf,
  revealableAt,
  sortedByKey,
} from "../transition/challenge-testing.ts";
import type { Genesis } from "../transition/index.ts";
import { CHAIN_ID, GENESIS_TIME, keysOf } from "../transition/testing.ts";
import { keyName } from "../transition/view.ts";
import { EmbeddedProducer, genesisProducer } from "./embedded-producer.ts";
import { LedgerNode, type LedgerNodeOptions } from "./ledger-node.ts";

/** A store in memory that can be copied, and that can fail at the n-th commit from now on. */
export class MemoryStore implements Store {
  private rows = new Map<string, readonly [key: Uint8Array, value: Uint8Array]>();
  private commitsLeft = Number.POSITIVE_INFINITY;

  /** The commit after `commits` more does not happen: as if the machine had died before it. */
  failAfter(commits: number): void {
    this.commitsLeft = commits;
  }

  copy(): MemoryStore {
    const copy = new MemoryStore();
    copy.rows = new Map(this.rows);
    return copy;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.rows.get(keyName(key))?.[1];
  }

  range(options: RangeOptions = {}): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    const { start, end, reverse, limit } = options;
    const found = [...this.rows.values()]
      .filter(([key]) => start === undefined || compareBytes(key, start) >= 0)
      .filter(([key]) => end === undefined || compareBytes(key, end) < 0)
      .sort(([a], [b]) => compareBytes(a, b));
    return (reverse === true ? found.reverse() : found).slice(0, limit);
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.commitsLeft <= 0) throw new Error("the machine died");
    this.commitsLeft -= 1;
    for (const { key, value } of writes) {
      if (value === undefined) this.rows.delete(keyName(key));
      else this.rows.set(keyName(key), [key.slice(), value.slice()]);
    }
  }

  scope(): Store {
    throw new Error("the node has no scopes");
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/** Time that a test moves. */
export class ManualClock implements Clock {
  private time: number;
  private order = 0;
  private waiting: Waiting[] = [];

  constructor(startMs: number = GENESIS_TIME) {
    this.time = startMs;
  }

  now(): Milliseconds {
    return milliseconds(this.time);
  }

  after(delayMs: number, action: () => void): Timer {
    this.order += 1;
    const waiting = { at: this.time + Math.max(0, delayMs), order: this.order, action };
    this.waiting.push(waiting);
    return {
      cancel: () => {
        this.waiting = this.waiting.filter((other) => other !== waiting);
      },
    };
  }

  every(periodMs: number, action: () => void): Timer {
    let timer: Timer;
    const again = () => {
      timer = this.after(periodMs, again);
      action();
    };
    timer = this.after(periodMs, again);
    return { cancel: () => timer.cancel() };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Lets time pass, and whatever is due in it happen. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    for (;;) {
      const [next] = this.waiting.toSorted((a, b) => a.at - b.at || a.order - b.order);
      if (next === undefined || next.at > until) break;
      this.waiting = this.waiting.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.action();
      await settled();
    }
    this.time = until;
    await settled();
  }
}

/** Resolves when every promise that can be settled is: all microtasks are done before an immediate. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface TestNodeOptions {
  readonly store?: MemoryStore;
  readonly clock?: ManualClock;
  readonly chainLength?: number;
  readonly log?: Log;
  readonly limits?: Pick<LedgerNodeOptions, "mempool" | "index" | "blocksMax">;
}

export interface ChallengePlay {
  readonly hotspots: number;
  readonly hear: "all" | "none";
  readonly rssiDbm?: number;
  /** Reports what free space forbids, and is not heard itself. */
  readonly loud?: string;
}
const LOUD_DBM = -20;

/** A node with its producer and the wallet of `rich`, who owns a million tokens. */
export class TestNode implements AsyncDisposable {
  readonly node: LedgerNode;
  readonly producer: EmbeddedProducer;
  readonly store: MemoryStore;
  readonly clock: ManualClock;
  readonly client: DirectLedgerClient;

  private constructor(parts: {
    readonly node: LedgerNode;
    readonly producer: EmbeddedProducer;
    readonly store: MemoryStore;
    readonly clock: ManualClock;
  }) {
    this.node = parts.node;
    this.producer = parts.producer;
    this.store = parts.store;
    this.clock = parts.clock;
    this.client = new DirectLedgerClient(parts.node);
  }

  static async open(options: TestNodeOptions = {}): Promise<TestNode> {
    const { store = new MemoryStore(), clock = new ManualClock() } = options;
    const length = options.chainLength === undefined ? {} : { chainLength: options.chainLength };
    const common = { clock, log: options.log ?? silentLog };
    const genesis = testGenesis(length);
    const metrics = createMetrics();
    const node = await LedgerNode.open({ ...common, store, genesis, metrics, ...options.limits });
    const secrets = { key: keysOf("producer"), seed: producerSeed };
    const params = minimalParams;
    const producer = new EmbeddedProducer({ ...common, ...secrets, ...length, node, params });
    // A failure is what some tests are about; it shows in `produce` too.
    producer.closed.catch(() => undefined);
    return new TestNode({ node, producer, store, clock });
  }

  sender(name: string): TransactionSender {
    return new TransactionSender({
      client: this.client,
      signer: keysOf(name),
      chainId: CHAIN_ID,
      params: minimalParams,
      clock: this.clock,
    });
  }

  /** Makes blocks, each a second after the last. */
  async blocks(count = 1): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      await this.clock.advance(1000);
      await this.producer.produce();
    }
  }

  /** Adds located hotspots `h0`, `h1`, ... of `rich`, in a line. Makes two blocks. */
  async addHotspots(count: number, stepMeters = 1500): Promise<readonly Address[]> {
    const names = Array.from({ length: count }, (_, at) => `h${at}`);
    const rich = this.sender("rich");
    const owner = keysOf("rich").address;
    const nonceHash = sha256(utf8("nonce"));
    for (const name of names) {
      const hotspot = keysOf(name);
      const body = { kind: "add-hotspot", hotspot: hotspot.address, owner, nonceHash } as const;
      await rich.send(body, { cosigners: [hotspot] });
    }
    await this.blocks();
    const degrees = stepMeters / 85_000;
    for (const [at, name] of names.entries()) {
      const place = { latDegrees: 40.015, lngDegrees: -105.27 + at * degrees };
      await rich.send({
        kind: "assert-location",
        hotspot: keysOf(name).address,
        cell: cellAt(place, 12),
        gainDbi: 1.2 as Db,
        elevationMeters: 10,
      });
    }
    await this.blocks();
    return names.map((name) => keysOf(name).address);
  }

  /** Makes blocks until one bears such an event, and returns it. */
  async untilEvent<Kind extends LedgerEvent["kind"]>(
    kind: Kind,
  ): Promise<Extract<LedgerEvent, { kind: Kind }>> {
    const found: Extract<LedgerEvent, { kind: Kind }>[] = [];
    const watch = this.node.watch({ kinds: [kind] }, (event) =>
      found.push(event as Extract<LedgerEvent, { kind: Kind }>),
    );
    for (let made = 0; made < BLOCKS_UNTIL_MAX && found.length === 0; made += 1) {
      await this.blocks();
    }
    watch.cancel();
    const [event] = found;
    if (event === undefined) throw new Error(`no ${kind} in ${BLOCKS_UNTIL_MAX} blocks`);
    return event;
  }

  /**
   * Plays a challenge among the hotspots `h0`, `h1`, ... to its end. `hear`: whether the others
   * report what the target sent.
   */
  async playChallenge(options: ChallengePlay): Promise<ChallengeView> {
    await this.revealChallenge(options);
    return (await this.untilEvent("challenge-settled")).view;
  }

  /** The same up to its reveal, so that the next can be played while it is open. */
  async revealChallenge(options: ChallengePlay): Promise<void> {
    const { played, names } = await this.openChallenge(options.hotspots);
    const { challenge, challenger, target, secret, deadlineAt } = played;
    const sender = this.sender(challenger);
    const from = revealableAt(minimalParams, deadlineAt);
    while (this.node.queries.status().protocolTime < from) await this.blocks();
    const { blockTime: acknowledgedAt } = this.node.queries.status();
    const witnesses = names.filter((name) => name !== target && name !== challenger);
    const isHeard = options.hear === "all" && target !== options.loud;
    const reporting = isHeard ? sortedByKey(witnesses) : [];
    await accepted(
      sender.send({
        kind: "challenge-receipts",
        challenge,
        secret,
        receipt: { signed: receiptOf(played), acknowledgedAt },
        reports: reporting.map((name) => ({
          signed: reportOf(played, name, name === options.loud ? LOUD_DBM : options.rssiDbm),
          acknowledgedAt,
        })),
        listed: [],
      }),
    );
  }

  /** Opens a challenge among that many hotspots, and never reveals it. */
  async silenceChallenge(hotspots: number): Promise<void> {
    await this.openChallenge(hotspots);
    await this.untilEvent("challenge-silent");
  }

  private async openChallenge(
    hotspots: number,
  ): Promise<{ readonly played: Played; readonly names: readonly string[] }> {
    const names = Array.from({ length: hotspots }, (_, at) => `h${at}`);
    const nameOf = (address: Address | undefined) =>
      names.find((name) => keysOf(name).address === address) ?? "nobody";
    const slot = await this.untilEvent("slot-drawn");
    const challenger = nameOf(slot.challengers[0]);
    const challenge = { slot: slot.slot, index: 0 };
    const secret: Bytes32 = sha256(utf8(`secret of slot ${slot.slot}`));
    await accepted(
      this.sender(challenger).send({
        kind: "open-challenge",
        challenge,
        secretHash: sha256(secret),
        ephemeralKey: sha256(utf8("ephemeral")),
      }),
    );
    const { targetEntropy, deadlineAt, target } = await this.untilEvent("target-drawn");
    const drawn = { target: nameOf(target), targetEntropy, deadlineAt };
    return { played: { challenge, challenger, secret, ...drawn }, names };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.producer[Symbol.asyncDispose]();
  }
}

async function accepted(sent: Promise<SubmitOutcome>): Promise<void> {
  const outcome = await sent;
  if (outcome.outcome === "refused") throw new Error(`refused: ${JSON.stringify(outcome)}`);
}

const BLOCKS_UNTIL_MAX = 200;
export const producerSeed = sha256(utf8("test producer seed"));

export function testGenesis(options: { readonly chainLength?: number } = {}): Genesis {
  return {
    chainId: CHAIN_ID,
    time: GENESIS_TIME,
    params: "minimal",
    producer: genesisProducer({
      key: keysOf("producer"),
      seed: producerSeed,
      stakeMotes: tokens(10_000),
      ...options,
    }),
    oracles: [keysOf("oracle").address],
    priceMicroUsd: microUsd(2_000_000),
    accounts: [
      grant("rich", { motes: tokens(1_000_000), dc: 100_000_000n as Dc }),
      grant("producer", { motes: tokens(10) }),
      grant("oracle", { motes: tokens(10) }),
    ],
    relays: [{ operator: keysOf("relay").address, url: "mqtt://127.0.0.1:1883" }],
  };
}

function grant(name: string, amount: { readonly motes: Motes; readonly dc?: Dc }) {
  return { address: keysOf(name).address, ...amount };
}
