/**
 * The contract between the transition and the node around it: what a block and its result are, and
 * why a transaction has no effect.
 */
import type {
  Address,
  Bytes32,
  Dc,
  Height,
  MicroUsd,
  Milliseconds,
  Motes,
  Params,
  Transaction,
  TransactionKind,
  VerdictReason,
} from "@katydid/protocol";
import type { LedgerEvent, RewardView } from "../client/client.ts";
import type { ActiveIndex } from "./active-index.ts";
import type { Overlay, RowWrite } from "./view.ts";

/** What a chain starts from. `genesisRows` turns it into rows. */
export interface Genesis {
  readonly chainId: string;
  /** Block time of the moment before block 1. Protocol time is 0 then. */
  readonly time: Milliseconds;
  readonly params: Params["name"];
  readonly producer: GenesisProducer;
  readonly oracles: readonly Address[];
  readonly priceMicroUsd: MicroUsd;
  /** What a test network grants. DC are granted with the motes that they would have cost. */
  readonly accounts: readonly {
    readonly address: Address;
    readonly motes: Motes;
    readonly dc?: Dc;
  }[];
  readonly relays?: readonly { readonly operator: Address; readonly url: string }[];
}

export interface GenesisProducer {
  readonly owner: Address;
  readonly stakeMotes: Motes;
  /** Ed25519 key that signs blocks. */
  readonly producerKey: Bytes32;
  /** The tip: the first link revealed hashes to it (`chainStep`). */
  readonly chainTip: Bytes32;
  readonly chainLength: number;
}

/** Ed25519 by ZIP-215 over a 32-byte digest. A node may hand in one that remembers. */
export type Verify = (check: {
  readonly publicKey: Uint8Array;
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
}) => boolean;

/** The block in which a transaction is planned. */
export interface BlockContext {
  readonly chainId: string;
  readonly params: Params;
  readonly height: Height;
  readonly blockTime: Milliseconds;
  readonly protocolTime: Milliseconds;
  readonly verify: Verify;
}

/** A decided or proposed block, decoded. */
export interface BlockInput {
  readonly height: Height;
  /** Later than the block before. */
  readonly blockTime: Milliseconds;
  /** First 20 bytes of SHA-256 of the producer's key, as CometBFT names validators. */
  readonly proposer: Uint8Array;
  /** The link of the producer's hash chain that the block reveals. */
  readonly link: Bytes32;
  readonly transactions: readonly Transaction[];
}

export interface BlockOptions {
  readonly verify: Verify;
  /** Derived from the state, kept between blocks by the caller for speed; a fresh one will do. */
  readonly index: ActiveIndex;
}

/** Why a block is refused whole. A decided block that is refused changes nothing. */
export type BlockRefusal =
  | { readonly reason: "height-mismatch"; readonly expected: number; readonly actual: number }
  | {
      readonly reason: "time-not-later";
      readonly last: Milliseconds;
      readonly actual: Milliseconds;
    }
  | { readonly reason: "proposer-unknown" }
  | { readonly reason: "chain-exhausted" }
  | { readonly reason: "link-mismatch" };

export type BlockOutcome =
  | (BlockResult & { readonly outcome: "applied" })
  | { readonly outcome: "refused"; readonly refusal: BlockRefusal };

export interface BlockResult {
  /** Sorted by full key. */
  readonly writes: readonly RowWrite[];
  readonly results: readonly TransactionResult[];
  /** In order. The `block` event is the node's, since it needs the state root. */
  readonly events: readonly NewEvent[];
  /** Pay booked, released or burned in this block, for an index: not kept in the state. */
  readonly rewards: readonly RewardRecord[];
  readonly protocolTime: Milliseconds;
  /** Earliest protocol time at which something is due: from then on there is work for a block. */
  readonly workDueAt?: Milliseconds;
}

export interface TransactionResult {
  /** Hex. */
  readonly id: string;
  readonly kind: TransactionKind;
  readonly outcome: "applied" | "no-effect";
  readonly refusal?: Refusal;
}

/** `view.state` of one (hotspot, epoch, kind) goes held, then released or burned; data is paid. */
export interface RewardRecord {
  readonly hotspot: Address;
  readonly owner: Address;
  readonly view: RewardView;
}

type WithoutSequence<T> = T extends unknown ? Omit<T, "sequence"> : never;
/** An event before the node numbers it. */
export type NewEvent = WithoutSequence<LedgerEvent>;

/** Something to be told at the end of the block. */
export type Notice =
  | { readonly kind: "event"; readonly event: NewEvent }
  /** Becomes one `hotspot-changed` with the hotspot as the block left it. */
  | { readonly kind: "hotspot"; readonly hotspot: Address };

export type Plan =
  | {
      readonly outcome: "accepted";
      /** The rows that change, over the view that was planned against: `overlay.absorb(changes)`. */
      readonly changes: Overlay;
      readonly notices: readonly Notice[];
      readonly rewards: readonly RewardRecord[];
    }
  | { readonly outcome: "refused"; readonly refusal: Refusal };

/**
 * Why a transaction has no effect, in the order of the checks: the first that applies is the one
 * that is reported. The first block is common to all kinds; then each kind's own; money is last.
 */
export type Refusal =
  | { readonly reason: "expired"; readonly expiryHeight: Height; readonly height: Height }
  | { readonly reason: "signatures-missing"; readonly expected: number; readonly actual: number }
  | { readonly reason: "actor-unknown"; readonly actor: Address }
  | { readonly reason: "nonce-mismatch"; readonly expected: number; readonly actual: number }
  | { readonly reason: "signature-invalid"; readonly signer: Address }
  | KindRefusal
  | { readonly reason: "fee-too-low"; readonly minimum: Dc; readonly offered: Dc }
  | { readonly reason: "fee-too-high"; readonly minimum: Dc; readonly offered: Dc }
  | { readonly reason: "dc-too-low"; readonly dc: Dc; readonly needed: Dc }
  | { readonly reason: "balance-too-low"; readonly balance: Motes; readonly needed: Motes };

/** What one kind of transaction may be refused for. */
export type KindRefusal =
  /** A field is out of its bounds. */
  | { readonly reason: "out-of-range"; readonly field: string; readonly limit?: number }
  | { readonly reason: "amount-too-small" }
  | { readonly reason: "not-oracle"; readonly actor: Address }
  | { readonly reason: "key-not-registrable"; readonly key: string }
  | { readonly reason: "hotspot-known"; readonly hotspot: Address }
  | { readonly reason: "hotspot-unknown"; readonly hotspot: Address }
  | { readonly reason: "not-owner"; readonly owner: Address }
  | { readonly reason: "cell-invalid"; readonly cell: string }
  | { readonly reason: "region-unknown"; readonly cell: string }
  | { readonly reason: "moved-too-often"; readonly again: Milliseconds }
  | { readonly reason: "presence-too-soon"; readonly again: Milliseconds }
  | { readonly reason: "router-known"; readonly router: Address }
  | { readonly reason: "router-unknown"; readonly router: Address }
  | { readonly reason: "slabs-exhausted"; readonly left: number }
  | { readonly reason: "relay-unknown"; readonly operator: Address }
  | { readonly reason: "relays-full"; readonly limit: number }
  | { readonly reason: "make-good-due"; readonly owed: Dc }
  | { readonly reason: "channels-full"; readonly limit: number }
  | { readonly reason: "channel-unknown" }
  | { readonly reason: "channel-settled" }
  | { readonly reason: "channel-closed" }
  | { readonly reason: "not-router"; readonly router: Address }
  | { readonly reason: "not-sorted"; readonly field: string }
  | { readonly reason: "summary-duplicate"; readonly hotspot: Address }
  | { readonly reason: "claims-full"; readonly limit: number }
  | { readonly reason: "voucher-not-own"; readonly hotspot: Address }
  | { readonly reason: "voucher-not-newer"; readonly sequence: number }
  | { readonly reason: "voucher-conflict"; readonly sequence: number }
  | { readonly reason: "voucher-signature-invalid" }
  | { readonly reason: "slot-unknown"; readonly slot: number }
  | { readonly reason: "not-drawn"; readonly challenger?: Address }
  | { readonly reason: "already-opened" }
  | { readonly reason: "window-closed"; readonly closedAt: Milliseconds }
  | { readonly reason: "already-committed"; readonly slot: number }
  | { readonly reason: "challenge-unknown" }
  | { readonly reason: "not-challenger"; readonly challenger: Address }
  | { readonly reason: "not-targeted"; readonly state: string }
  /** A reveal before those whom the challenger ignored could commit. */
  | { readonly reason: "too-early"; readonly from: Milliseconds }
  | { readonly reason: "not-revealed"; readonly state: string }
  | { readonly reason: "secret-mismatch" }
  | { readonly reason: "receipt-mismatch"; readonly field: string }
  | { readonly reason: "receipt-signature-invalid" }
  | { readonly reason: "report-signature-invalid"; readonly witness: Address }
  | { readonly reason: "listed-reason-malformed"; readonly witness: Address }
  | { readonly reason: "witness-twice"; readonly witness: Address }
  | { readonly reason: "not-left-out"; readonly subject: Address }
  | { readonly reason: "late-full"; readonly limit: number }
  | { readonly reason: "acknowledgement-mismatch"; readonly field: string }
  | { readonly reason: "acknowledgement-signature-invalid" }
  | { readonly reason: "commitment-missing" }
  | { readonly reason: "report-invalid"; readonly verdict: VerdictReason }
  | { readonly reason: "stake-too-low"; readonly minimum: Motes; readonly offered: Motes }
  | { readonly reason: "validators-full"; readonly limit: number }
  | { readonly reason: "chain-already-committed" }
  | { readonly reason: "hotspot-left"; readonly hotspot: Address }
  | { readonly reason: "owner-unchanged" }
  | { readonly reason: "bond-full" }
  | { readonly reason: "channel-not-settled" }
  | { readonly reason: "nothing-cut" }
  | { readonly reason: "producer-unknown" }
  | { readonly reason: "producer-left" }
  | { readonly reason: "last-producer" }
  /** The two statements prove nothing together, or are not about what the ledger knows. */
  | { readonly reason: "evidence-mismatch"; readonly field: string }
  | { readonly reason: "evidence-too-old"; readonly oldest: Height }
  | { readonly reason: "already-slashed" }
  | { readonly reason: "nothing-to-slash" }
  | { readonly reason: "vote-signature-invalid" };
