/** A ledger that says what a test tells it to, and remembers what it was sent. */
import type {
  AccountView,
  ChainStatus,
  ChallengeView,
  ChannelView,
  HotspotView,
  LedgerClient,
  LedgerEvent,
  RelayView,
  RouterView,
  SubmitOutcome,
  TransactionView,
  Watch,
  WatchOptions,
} from "@katydid/ledger/client";
import type { Clock } from "@katydid/platform";
import {
  type Address,
  type Bytes32,
  type Cell,
  type ChallengeId,
  db,
  dc,
  decodeTransaction,
  height,
  hotspotName,
  type Milliseconds,
  microUsd,
  milliseconds,
  motes,
  type TransactionBody,
  toHex,
} from "@katydid/protocol";
import { CHAIN_ID } from "./fixtures.ts";

type NewEvent<T = LedgerEvent> = T extends LedgerEvent
  ? Omit<T, "sequence" | "height" | "protocolTime" | "blockTime">
  : never;

export class TestLedger implements LedgerClient {
  readonly submitted: TransactionBody[] = [];
  readonly hotspotViews = new Map<Address, HotspotView>();
  readonly channelViews = new Map<string, ChannelView>();
  readonly challengeViews = new Map<string, ChallengeView>();
  readonly transactions = new Map<string, TransactionView>();
  routerViews: RouterView[] = [];
  relayViews: RelayView[] = [];
  /** Answers to the next submissions; accepted when there is none. */
  readonly answers: SubmitOutcome[] = [];
  /** Every call fails, as when the node is away. */
  away = false;
  readonly #clock: Pick<Clock, "now">;
  readonly #startMs: number;
  readonly #watches = new Map<WatchOptions, (event: LedgerEvent) => void>();
  #sequence = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
    this.#startMs = clock.now() - 1_000_000;
  }

  /** Protocol time, which began at 0 some time before the test. */
  get protocolTime(): Milliseconds {
    return milliseconds(this.#clock.now() - this.#startMs);
  }

  emit(event: NewEvent): void {
    const sequence = `1-${++this.#sequence}`;
    const { protocolTime } = this;
    const blockTime = this.#clock.now();
    const full = { ...event, sequence, height: height(1), protocolTime, blockTime } as LedgerEvent;
    for (const [{ subjects, kinds }, handler] of [...this.#watches]) {
      if (kinds !== undefined && !kinds.includes(full.kind)) continue;
      if (subjects !== undefined && !subjects.some((one) => full.subjects.includes(one))) continue;
      handler(full);
    }
  }

  get watchCount(): number {
    return this.#watches.size;
  }

  watch(options: WatchOptions, handler: (event: LedgerEvent) => void): Watch {
    this.#watches.set(options, handler);
    return { cancel: () => void this.#watches.delete(options) };
  }

  async status(): Promise<ChainStatus> {
    this.#check();
    const none = motes(0n);
    return {
      chainId: CHAIN_ID,
      params: "main",
      height: height(1),
      blockTime: this.#clock.now(),
      protocolTime: this.protocolTime,
      stateRoot: "",
      headerHash: "",
      priceMicroUsd: microUsd(1_000_000),
      hotspots: this.hotspotViews.size,
      activeHotspots: this.hotspotViews.size,
      epoch: 1,
      supply: {
        ...{ genesis: none, minted: none, balances: none, bonds: none, stakes: none },
        ...{ held: none, unbonding: none, burned: none, dust: none },
        ...{ dcMade: dc(0n), dcHeld: dc(0n), dcInChannels: dc(0n), dcSpent: dc(0n) },
      },
    };
  }

  async account(address: Address): Promise<AccountView> {
    this.#check();
    const mine = this.submitted.filter(({ actor }) => actor === address);
    return { address, nonce: mine.length, motes: motes(0n), dc: dc(0n) };
  }

  async hotspot(address: Address): Promise<HotspotView | undefined> {
    this.#check();
    return this.hotspotViews.get(address);
  }

  async hotspots() {
    return { items: [...this.hotspotViews.values()] };
  }

  async routers(): Promise<readonly RouterView[]> {
    this.#check();
    return this.routerViews;
  }

  async relays(): Promise<readonly RelayView[]> {
    this.#check();
    return this.relayViews;
  }

  async channel(id: Bytes32): Promise<ChannelView | undefined> {
    this.#check();
    return this.channelViews.get(toHex(id));
  }

  async channels(): Promise<readonly ChannelView[]> {
    return [...this.channelViews.values()];
  }

  async challenge({ slot, index }: ChallengeId): Promise<ChallengeView | undefined> {
    this.#check();
    return this.challengeViews.get(`${slot}/${index}`);
  }

  async challengesOf() {
    return { items: [] };
  }

  async rewardsOf() {
    return { items: [] };
  }

  async penaltiesOf() {
    return { items: [] };
  }

  async classifications() {
    return { items: [] };
  }

  async hearingOf(): Promise<undefined> {}

  async trafficOf(): Promise<undefined> {}

  async transaction(id: string): Promise<TransactionView | undefined> {
    this.#check();
    return this.transactions.get(id);
  }

  async submit(bytes: Uint8Array): Promise<SubmitOutcome> {
    this.#check();
    const { body } = decodeTransaction(bytes);
    const answer = this.answers.shift() ?? { outcome: "accepted", id: `t${this.submitted.length}` };
    if (answer.outcome === "accepted") this.submitted.push(body);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #check(): void {
    if (this.away) throw new Error("the test's ledger is away");
  }
}

/** A bonded, active hotspot in Europe; `changes` say what is different. */
export function hotspotView(address: Address, cell: Cell, changes: Partial<HotspotView> = {}) {
  const view: HotspotView = {
    address,
    name: hotspotName(address),
    owner: address,
    bond: motes(1n),
    bonded: true,
    cell,
    gainDbi: db(2),
    elevationMeters: 5,
    region: "EU868",
    active: true,
    addedAt: milliseconds(1),
    lastActiveAt: milliseconds(1),
    densityScale: "1.0000",
    reciprocity: { asBeaconer: "met", asWitness: "met" },
    earned: { data: motes(0n), coverage: motes(0n), held: motes(0n) },
    ...changes,
  };
  return view;
}
