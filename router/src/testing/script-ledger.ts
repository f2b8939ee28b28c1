/** A ledger that says what a test tells it to, and remembers what it was sent. */
import type {
  ChannelView,
  HotspotView,
  LedgerClient,
  LedgerEvent,
  RouterView,
  SubmitOutcome,
  TransactionView,
  WatchOptions,
} from "@katydid/ledger/client";
import type { Clock } from "@katydid/platform";
import {
  type Address,
  type Cell,
  db,
  dc,
  decodeTransaction,
  height,
  hotspotName,
  milliseconds,
  motes,
  type TransactionBody,
  toHex,
  transactionId,
} from "@katydid/protocol";

export const CHAIN_ID = "katydid-test";
export const TEST_CELL = "8c2681a4d1b61ff" as Cell;

type Read = Pick<
  LedgerClient,
  "status" | "account" | "hotspot" | "routers" | "channels" | "transaction" | "submit"
>;

export class ScriptLedger implements Read {
  readonly clock: Clock;
  readonly hotspots = new Map<Address, HotspotView>();
  readonly submitted: TransactionBody[] = [];
  channelViews: ChannelView[] = [];
  routerViews: RouterView[] = [];
  /** Those in blocks, by id. */
  readonly transactions = new Map<string, TransactionView>();
  /** Answers a submission; default: accepted. */
  answer: (body: TransactionBody) => SubmitOutcome | undefined = () => undefined;
  readonly #watchers = new Set<(event: LedgerEvent) => void>();

  constructor({ clock }: { readonly clock: Clock }) {
    this.clock = clock;
  }

  /** The whole interface, of which a router uses a part. */
  client(): LedgerClient {
    return this as unknown as LedgerClient;
  }

  async status() {
    return {
      chainId: CHAIN_ID,
      height: height(1),
      protocolTime: this.clock.now(),
      blockTime: this.clock.now(),
    } as Awaited<ReturnType<LedgerClient["status"]>>;
  }

  async account(address: Address) {
    return { address, nonce: 0, motes: motes(0n), dc: dc(0n) };
  }

  async hotspot(address: Address): Promise<HotspotView | undefined> {
    return this.hotspots.get(address);
  }

  async routers(): Promise<readonly RouterView[]> {
    return this.routerViews;
  }

  async channels(): Promise<readonly ChannelView[]> {
    return this.channelViews;
  }

  async transaction(id: string): Promise<TransactionView | undefined> {
    return this.transactions.get(id);
  }

  async submit(bytes: Uint8Array): Promise<SubmitOutcome> {
    const { body } = decodeTransaction(bytes);
    this.submitted.push(body);
    const id = toHex(transactionId({ chainId: CHAIN_ID, body }));
    return this.answer(body) ?? { outcome: "accepted", id };
  }

  watch(_options: WatchOptions, handler: (event: LedgerEvent) => void) {
    this.#watchers.add(handler);
    return { cancel: () => this.#watchers.delete(handler) };
  }

  tell(event: { readonly kind: LedgerEvent["kind"] } & Record<string, unknown>): void {
    for (const handler of this.#watchers) handler(event as unknown as LedgerEvent);
  }

  addHotspot(address: Address): void {
    this.hotspots.set(address, {
      address,
      name: hotspotName(address),
      owner: address,
      bond: motes(1n),
      bonded: true,
      cell: TEST_CELL,
      gainDbi: db(1),
      elevationMeters: 1,
      active: true,
      addedAt: milliseconds(0),
      lastActiveAt: milliseconds(0),
      densityScale: "1.0000",
      reciprocity: { asBeaconer: "met", asWitness: "met" },
      earned: { data: motes(0n), coverage: motes(0n), held: motes(0n) },
    });
  }
}

export function channelView(input: {
  readonly router: Address;
  readonly id?: number;
  readonly depositDc?: number;
  readonly expiresAt: number;
}): ChannelView {
  const depositDc = dc(BigInt(input.depositDc ?? 10_000));
  return {
    id: new Uint8Array(32).fill(input.id ?? 1),
    router: input.router,
    depositDc,
    reservedDc: dc(0n),
    leftDc: depositDc,
    stake: motes(1n),
    expiresAt: milliseconds(input.expiresAt),
    state: "open",
  };
}
