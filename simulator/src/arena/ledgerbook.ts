/**
 * What a world's ledger says of gang and honest hotspots: from its events and the views that any
 * client may ask for, nothing else.
 */
import type { LedgerNode } from "@katydid/ledger";
import type { ChannelView, HotspotView, LedgerEvent } from "@katydid/ledger/client";
import { type Address, DC_PER_USD, MOTES_PER_TOKEN, toHex } from "@katydid/protocol";
import { type ArenaPeople, PRICE_MICRO_USD } from "./arena-people.ts";

const USD_PER_MOTE = PRICE_MICRO_USD / 1e6 / Number(MOTES_PER_TOKEN);
const USD_PER_DC = 1 / Number(DC_PER_USD);

/** Of one hotspot, in USD at the world's price, since it was added. */
export interface HotspotAccount {
  /** Coverage pay whose holdback is over. */
  readonly released: number;
  readonly data: number;
  /** Not earned yet. */
  readonly held: number;
  /** Held pay that a classifier burned. */
  readonly burned: number;
  readonly bondLost: number;
}

/** Of the whole gang, in USD since it was onboarded. */
export interface GangAccount extends HotspotAccount {
  /** Change of all that its wallets, bonds, stakes and channels hold; held pay is not in it. */
  readonly netWorth: number;
  /** Of the gang's router: data credits that left its channels. */
  readonly dcSpent: number;
  readonly identities: number;
}

export interface Detection {
  /** World time, ms. */
  readonly atMs: number;
  /** A classifier's name, an offence, `penalty` (on a bond) or `stake-burned`. */
  readonly by: string;
}

interface Wallet {
  readonly motes: bigint;
  readonly dc: bigint;
}

export class Ledgerbook {
  /** First finding against a member of the gang, or its router. */
  detection: Detection | undefined;
  /** How many times each classifier or offence was held against the gang. */
  readonly findings = new Map<string, number>();
  /** Honest hotspots that were ever classified, slashed or fined, and of what last. */
  readonly falsePositives = new Map<Address, string>();
  readonly #honest: ReadonlySet<Address>;
  readonly #gangRouter: Address;
  readonly #gangOwners: ReadonlySet<Address>;
  /** Members, and whatever else the gang's owners add. */
  readonly #gangHotspots = new Set<Address>();
  readonly #bonds = new Map<Address, { readonly posted: bigint; readonly last: bigint }>();
  /** Of the gang's router: stake, and what hotspots were paid at settlement, DC. */
  readonly #channels = new Map<string, { readonly stake: bigint; readonly paidDc: bigint }>();
  #before = new Map<Address, Wallet>();
  #node: LedgerNode | undefined;

  constructor(people: ArenaPeople) {
    this.#honest = new Set(people.honest.map(({ key }) => key.address));
    this.#gangRouter = people.gangRouter.key.address;
    this.#gangOwners = new Set(
      [...people.gang, people.gangRouter].map(({ owner }) => owner.address),
    );
  }

  /** The gang's wallets as they are before it begins. */
  open(node: LedgerNode, wallets: readonly Address[]): void {
    this.#node = node;
    this.#before = new Map(wallets.map((address) => [address, walletOf(node, address)]));
  }

  readonly onEvent = (event: LedgerEvent): void => {
    switch (event.kind) {
      case "hotspot-changed":
        this.#onHotspot(event.hotspot, event.blockTime);
        return;
      case "classified":
        // A mark denies and burns nothing, but it is seen.
        this.#found(event.hotspot, event.classification.classifier, event.blockTime);
        return;
      case "slashed":
        this.#found(event.offender, event.offence, event.blockTime);
        return;
      case "channel-changed":
        this.#onChannel(event.channel, event.blockTime);
        return;
      default:
        return;
    }
  };

  gang(): GangAccount {
    const node = this.#opened();
    const accounts = [...this.#gangHotspots].map((address) => this.#account(node, address));
    const sum = (of: (account: HotspotAccount) => number) =>
      accounts.reduce((all, account) => all + of(account), 0);
    const channels = node.queries.channels(this.#gangRouter);
    let motes = 0n;
    let dc = 0n;
    for (const [address, before] of this.#before) {
      const now = walletOf(node, address);
      motes += now.motes - before.motes;
      dc += now.dc - before.dc;
    }
    for (const address of this.#gangHotspots) motes += node.queries.hotspot(address)?.bond ?? 0n;
    for (const { stake, leftDc, state } of channels) {
      motes += stake;
      if (state !== "settled") dc += leftDc;
    }
    return {
      released: sum(({ released }) => released),
      data: sum(({ data }) => data),
      held: sum(({ held }) => held),
      burned: sum(({ burned }) => burned),
      bondLost: sum(({ bondLost }) => bondLost),
      netWorth: Number(motes) * USD_PER_MOTE + Number(dc) * USD_PER_DC,
      dcSpent: this.#spent(),
      identities: this.#gangHotspots.size,
    };
  }

  honest(): readonly HotspotAccount[] {
    const node = this.#opened();
    return [...this.#honest].map((address) => this.#account(node, address));
  }

  #account(node: LedgerNode, address: Address): HotspotAccount {
    const view = node.queries.hotspot(address);
    if (view === undefined) throw new Error(`no hotspot ${address}`);
    const { posted } = this.#bonds.get(address) ?? { posted: view.bond };
    const lost = view.leftAt === undefined && posted > view.bond ? posted - view.bond : 0n;
    return {
      released: Number(view.earned.coverage) * USD_PER_MOTE,
      data: Number(view.earned.data) * USD_PER_MOTE,
      held: Number(view.earned.held) * USD_PER_MOTE,
      burned: Number(burnedOf(node, address)) * USD_PER_MOTE,
      bondLost: Number(lost) * USD_PER_MOTE,
    };
  }

  #onHotspot({ address, owner, bond, leftAt }: HotspotView, atMs: number): void {
    if (this.#gangOwners.has(owner)) this.#gangHotspots.add(address);
    const { posted = bond, last = bond } = this.#bonds.get(address) ?? {};
    this.#bonds.set(address, { posted: bond > posted ? bond : posted, last: bond });
    // The ledger has no event for each penalty, but bonds shrink by nothing else while one stays.
    if (bond < last && leftAt === undefined) this.#found(address, "penalty", atMs);
  }

  #onChannel({ id, router, stake, payouts }: ChannelView, atMs: number): void {
    if (router !== this.#gangRouter) return;
    const name = toHex(id);
    const paidDc = payouts?.reduce((all, { dc }) => all + dc, 0n) ?? 0n;
    const { stake: last = stake } = this.#channels.get(name) ?? {};
    this.#channels.set(name, { stake, paidDc });
    if (stake < last) this.#found(router, "stake-burned", atMs);
  }

  #found(address: Address, by: string, atMs: number): void {
    if (this.#honest.has(address)) {
      this.falsePositives.set(address, by);
      return;
    }
    const isGang =
      this.#gangHotspots.has(address) ||
      this.#gangOwners.has(address) ||
      address === this.#gangRouter;
    if (!isGang) return;
    this.detection ??= { atMs, by };
    this.findings.set(by, (this.findings.get(by) ?? 0) + 1);
  }

  #spent(): number {
    let dc = 0n;
    for (const { paidDc } of this.#channels.values()) dc += paidDc;
    return Number(dc);
  }

  #opened(): LedgerNode {
    if (this.#node === undefined) throw new Error("the gang was not onboarded");
    return this.#node;
  }
}

function walletOf(node: LedgerNode, address: Address): Wallet {
  const { motes, dc } = node.queries.account(address);
  return { motes, dc };
}

function burnedOf(node: LedgerNode, hotspot: Address): bigint {
  let burned = 0n;
  let cursor: string | undefined;
  do {
    const page = node.queries.rewardsOf(hotspot, cursor === undefined ? {} : { cursor });
    for (const { state, motes } of page.items) if (state === "burned") burned += motes;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return burned;
}
