/**
 * The vouchers that routers gave us: the last good one of each channel, on disk. A voucher is good
 * if it is signed by the channel's router, names this hotspot, and follows the one before.
 *
 * Checking a signature costs more than carrying the packet. A voucher comes in a MAC'ed session, so
 * it is its router's; whether it is *signed* matters to the ledger only. So the newest unchecked
 * one is held and checked when `checkStepDc` is at stake, when chores ask, and before redemption.
 * Until then it covers nothing: exposure counts what is bought either way.
 *
 *   vouchers/<channel 32>                   router address | voucher
 *   redeemed/<channel 32>                   cumulative DC that the ledger reserved, u64
 *   evidence/<channel 32><sequence u64>     the two vouchers that contradict each other
 */
import type { Log, Store } from "@katydid/platform";
import {
  type Address,
  codec,
  concatBytes,
  fields,
  type SignedVoucher,
  toHex,
  u64Bytes,
  verifyMessageNative,
  voucherCodec,
  voucherOrder,
} from "@katydid/protocol";
import { EQUIVOCATIONS_MAX } from "../limits.ts";

export type VoucherVerdict =
  /** Newest of its channel; signature not looked at yet. */
  | "held"
  | "accepted"
  /** The same as the last. */
  | "repeated"
  | "wrong-hotspot"
  | "wrong-channel"
  /** Older than the last. */
  | "precedes"
  | "bad-signature"
  /** Contradicts one that the router signed before: kept as evidence. */
  | "equivocation";

export const voucherVerdicts: readonly VoucherVerdict[] = [
  "held",
  "accepted",
  "repeated",
  "wrong-hotspot",
  "wrong-channel",
  "precedes",
  "bad-signature",
  "equivocation",
];

export interface ChannelVouchers {
  readonly channel: Uint8Array;
  readonly router: Address;
  /** Last good one, on disk. */
  readonly latest: SignedVoucher | undefined;
  /** Cumulative DC of the newest, checked or not. */
  readonly newestDc: number;
  /** Cumulative DC that the ledger has reserved. */
  readonly redeemedDc: number;
}

interface Entry {
  readonly channel: Uint8Array;
  readonly router: Address;
  latest: SignedVoucher | undefined;
  held: SignedVoucher | undefined;
  newestDc: number;
  redeemedDc: number;
}

const rowCodec = codec.struct<{ router: Address; voucher: SignedVoucher }>({
  router: fields.addressField,
  voucher: voucherCodec,
});
const evidenceCodec = codec.struct<{ first: SignedVoucher; second: SignedVoucher }>({
  first: voucherCodec,
  second: voucherCodec,
});

export interface VoucherBookOptions {
  readonly store: Store;
  readonly chainId: string;
  readonly hotspot: Address;
  /** DC gained since the last checked voucher at which the next is checked at once. */
  readonly checkStepDc: number;
  readonly log: Log;
  readonly count: (verdict: VoucherVerdict) => void;
  /** Two that contradict each other, each time they are met and at each start. */
  readonly onEquivocation: (first: SignedVoucher, second: SignedVoucher) => void;
  /** A voucher is good and on disk. */
  readonly onAccepted: (router: Address, voucher: SignedVoucher) => void;
}

export class VoucherBook {
  readonly #options: VoucherBookOptions;
  readonly #vouchers: Store;
  readonly #redeemed: Store;
  readonly #evidence: Store;
  readonly #entries = new Map<string, Entry>();
  #equivocations = 0;

  constructor(options: VoucherBookOptions) {
    this.#options = options;
    this.#vouchers = options.store.scope("vouchers");
    this.#redeemed = options.store.scope("redeemed");
    this.#evidence = options.store.scope("evidence");
    this.#load();
  }

  get equivocations(): number {
    return this.#equivocations;
  }

  channels(): readonly ChannelVouchers[] {
    return [...this.#entries.values()];
  }

  of(channel: Uint8Array): ChannelVouchers | undefined {
    return this.#entries.get(toHex(channel));
  }

  /** From now on vouchers of this channel are expected from this router. */
  expect({ channel, router }: { channel: Uint8Array; router: Address }): void {
    const id = toHex(channel);
    if (this.#entries.has(id)) return;
    this.#entries.set(id, {
      channel,
      router,
      latest: undefined,
      held: undefined,
      newestDc: 0,
      redeemedDc: 0,
    });
  }

  /** A voucher that came in the session with `router`. */
  receive(voucher: SignedVoucher, router: Address): VoucherVerdict {
    const verdict = this.#judge(voucher, router);
    this.#options.count(verdict);
    return verdict;
  }

  /** Checks what is held unchecked, of one channel or of all. */
  settle(channel?: Uint8Array): void {
    const entries = channel === undefined ? this.#entries.values() : [this.of(channel)];
    for (const found of entries) {
      const entry = found === undefined ? undefined : this.#entries.get(toHex(found.channel));
      if (entry?.held !== undefined) this.#options.count(this.#check(entry, entry.held));
    }
  }

  /** The ledger has reserved so much. */
  redeemed(channel: Uint8Array, cumulativeDc: number): void {
    const entry = this.#entries.get(toHex(channel));
    if (entry === undefined || cumulativeDc <= entry.redeemedDc) return;
    entry.redeemedDc = cumulativeDc;
    this.#commit(this.#redeemed, channel, u64Bytes(cumulativeDc));
  }

  /** The channel is settled: nothing can be claimed any more. */
  forget(channel: Uint8Array): void {
    this.#entries.delete(toHex(channel));
    this.#commit(this.#vouchers, channel, undefined);
    this.#commit(this.#redeemed, channel, undefined);
  }

  #judge(voucher: SignedVoucher, router: Address): VoucherVerdict {
    if (voucher.hotspot !== this.#options.hotspot) return "wrong-hotspot";
    const entry = this.#entries.get(toHex(voucher.channel));
    if (entry === undefined || entry.router !== router) return "wrong-channel";
    const newest = entry.held ?? entry.latest;
    const order = newest === undefined ? "follows" : voucherOrder(newest, voucher);
    if (order === "equal") return "repeated";
    if (order === "precedes") return "precedes";
    if (order === "conflict") return this.#conflict(entry, voucher);
    const step = Number(voucher.cumulativeDc - (entry.latest?.cumulativeDc ?? 0n));
    if (step >= this.#options.checkStepDc) return this.#check(entry, voucher);
    entry.held = voucher;
    entry.newestDc = Number(voucher.cumulativeDc);
    return "held";
  }

  /** Signature, disk, then memory. */
  #check(entry: Entry, voucher: SignedVoucher): VoucherVerdict {
    if (entry.held === voucher) {
      entry.held = undefined;
      entry.newestDc = Number(entry.latest?.cumulativeDc ?? 0n);
    }
    if (!this.#signed(entry, voucher)) return "bad-signature";
    entry.held = undefined;
    entry.latest = voucher;
    entry.newestDc = Number(voucher.cumulativeDc);
    const row = codec.encode(rowCodec, { router: entry.router, voucher });
    this.#commit(this.#vouchers, entry.channel, row);
    this.#options.onAccepted(entry.router, voucher);
    return "accepted";
  }

  /** Neither follows the other. Only what is signed twice is evidence. */
  #conflict(entry: Entry, voucher: SignedVoucher): VoucherVerdict {
    if (!this.#signed(entry, voucher)) return "bad-signature";
    if (entry.held !== undefined) {
      this.#options.count(this.#check(entry, entry.held));
      // It may have been a forgery; the new one is judged against what stands now.
      if (entry.latest === undefined) return this.#check(entry, voucher);
      const order = voucherOrder(entry.latest, voucher);
      if (order === "follows") return this.#check(entry, voucher);
      if (order !== "conflict") return "precedes";
    }
    if (entry.latest === undefined) return this.#check(entry, voucher);
    this.#keepEvidence(entry.latest, voucher);
    return "equivocation";
  }

  #keepEvidence(first: SignedVoucher, second: SignedVoucher): void {
    const { log } = this.#options;
    log.error(
      { channel: toHex(first.channel), first: first.sequence, second: second.sequence },
      "a router signed two vouchers that contradict each other; the evidence is kept",
    );
    if (this.#equivocations >= EQUIVOCATIONS_MAX) return;
    this.#equivocations++;
    const row = codec.encode(evidenceCodec, { first, second });
    this.#commit(this.#evidence, concatBytes(first.channel, u64Bytes(second.sequence)), row);
    this.#options.onEquivocation(first, second);
  }

  #signed(entry: Entry, voucher: SignedVoucher): boolean {
    const { chainId } = this.#options;
    return verifyMessageNative({ chainId, message: voucher, by: entry.router });
  }

  #commit(store: Store, key: Uint8Array, value: Uint8Array | undefined): void {
    store.commit([{ key, value }]).catch((cause: unknown) => {
      this.#options.log.error({ cause: String(cause) }, "vouchers: the disk refuses, check it");
    });
  }

  #load(): void {
    for (const [channel, value] of this.#vouchers.range()) {
      const entry = decodeRow(channel, value);
      if (entry === undefined) continue;
      const redeemed = this.#redeemed.get(channel);
      if (redeemed !== undefined) entry.redeemedDc = numberOf(redeemed);
      this.#entries.set(toHex(channel), entry);
    }
    for (const [, value] of this.#evidence.range()) {
      const { first, second } = codec.decode(evidenceCodec, value);
      this.#equivocations++;
      this.#options.onEquivocation(first, second);
    }
  }
}

function decodeRow(channel: Uint8Array, value: Uint8Array): Entry | undefined {
  try {
    const { router, voucher } = codec.decode(rowCodec, value);
    const newestDc = Number(voucher.cumulativeDc);
    return { channel, router, latest: voucher, held: undefined, newestDc, redeemedDc: 0 };
  } catch {
    return undefined;
  }
}

function numberOf(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
}
