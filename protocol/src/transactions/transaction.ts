/**
 * Everything that changes the ledger. A transaction is a body (one union by `kind`) and the
 * signatures of `signersOf(body)`, in that order. Bytes: transaction-codec.ts.
 *
 * Its id is SHA-256(domain, chain id, body bytes); signatures cover that same digest.
 */
import type { BlockId, Timestamp } from "../blocks/header.ts";
import type {
  Acknowledgement,
  SignedReceipt,
  SignedReport,
  SignedVoucher,
} from "../messages/message.ts";
import type { Address, Cell, Db, Dc, Height, MicroUsd, Milliseconds, Motes } from "../units.ts";

/** 32 bytes: a SHA-256 hash, a secret, or a public key where the field says so. */
export type Bytes32 = Uint8Array;

/** Names a challenge: the slot (protocol time / slotSeconds) and the index within it. */
export interface ChallengeId {
  readonly slot: number;
  readonly index: number;
}

interface Common<Kind extends string> {
  readonly kind: Kind;
  /** Whose nonce counts and who signs first. Each kind says who that is. */
  readonly actor: Address;
  /** One more than the actor's last. */
  readonly nonce: number;
  /** Offered fee in DC, at least the minimum of `feeOf`; 0 where the kind is free. */
  readonly feeDc: Dc;
  /** Last height at which it may be in a block; 0 means it does not expire. */
  readonly expiryHeight: Height;
}

/** Actor: the payer. Motes to at most 50 payees. */
export interface Transfer extends Common<"transfer"> {
  readonly payments: readonly {
    readonly payee: Address;
    readonly motes: Motes;
    readonly memo: Uint8Array;
  }[];
}
/** Actor: the burner. Motes become DC of `beneficiary` at the oracle price (floor). */
export interface Burn extends Common<"burn"> {
  readonly motes: Motes;
  readonly beneficiary: Address;
}
/** Actor: a registered oracle. */
export interface PriceReport extends Common<"price-report"> {
  readonly priceMicroUsd: MicroUsd;
}
/**
 * Actor: the payer of fee and bond. Signers: payer, owner, hotspot (each once). The hotspot's
 * signature is that of its claim, which it made before there was a transaction: owner and nonce
 * hash are the claim's.
 */
export interface AddHotspot extends Common<"add-hotspot"> {
  readonly hotspot: Address;
  readonly owner: Address;
  /** SHA-256 of the claim's one-time nonce. */
  readonly nonceHash: Bytes32;
}
/** Actor: the owner. */
export interface AssertLocation extends Common<"assert-location"> {
  readonly hotspot: Address;
  /** H3 cell of resolution 12. */
  readonly cell: Cell;
  /** Antenna gain less cable loss, tenths of dBi, 0.0 to 15.0. */
  readonly gainDbi: Db;
  readonly elevationMeters: number;
}
/** Actor: the hotspot. "I am here", at most one per activity window. */
export interface Presence extends Common<"presence"> {}
/** Actor: the owner of the router. Signers: owner, router. Gets a router number and slabs. */
export interface RegisterRouter extends Common<"register-router"> {
  /** Key that signs vouchers and handshakes. */
  readonly router: Address;
  readonly endpoints: readonly string[];
  /** Slabs of 8 device addresses to be given out, 1 to 4096. */
  readonly slabs: number;
}
/** Actor: the owner of the router. Each field replaces what was there, `addSlabs` adds. */
export interface UpdateRouter extends Common<"update-router"> {
  readonly router: Address;
  readonly endpoints: readonly string[];
  /** EUI filter (eui-filter.ts); empty: no joins. */
  readonly filter: Uint8Array;
  readonly addSlabs: number;
}
/** Actor: the operator. An MQTT broker that carries challenges; an empty url withdraws it. */
export interface RegisterRelay extends Common<"register-relay"> {
  readonly url: string;
}
/** Actor: the owner of the router. Deposits DC and stakes tokens worth the deposit. */
export interface OpenChannel extends Common<"open-channel"> {
  readonly router: Address;
  readonly depositDc: Dc;
  /** Protocol time at which it expires, from now + channelSecondsMin to + channelSecondsMax. */
  readonly expiresAt: Milliseconds;
}
/** Actor: the router. Chunked: `more` says that another close with further summaries follows. */
export interface CloseChannel extends Common<"close-channel"> {
  readonly channel: Bytes32;
  readonly summaries: readonly {
    readonly hotspot: Address;
    readonly cumulativeDc: Dc;
    readonly cumulativePackets: number;
  }[];
  readonly more: boolean;
}
/** Actor: the hotspot. Reserves what the voucher says, while the channel is open or in grace. */
export interface RedeemVoucher extends Common<"redeem-voucher"> {
  readonly voucher: SignedVoucher;
}
/** Actor: the challenger drawn for (slot, index). Free. */
export interface OpenChallenge extends Common<"open-challenge"> {
  readonly challenge: ChallengeId;
  /** SHA-256 of the secret. */
  readonly secretHash: Bytes32;
  /** X25519 public key under which the order will be sealed. */
  readonly ephemeralKey: Bytes32;
}
/** Actor: the witness or target. One per hotspot and slot; its fee is returned if the report holds. */
export interface ReportCommitment extends Common<"report-commitment"> {
  readonly slot: number;
  /** SHA-256 of the signed report or receipt. */
  readonly reportHash: Bytes32;
}
/** Actor: the challenger. Free. The reveal. */
export interface ChallengeReceipts extends Common<"challenge-receipts"> {
  readonly challenge: ChallengeId;
  readonly secret: Bytes32;
  /** Absent where the target was silent: then nobody is paid. */
  readonly receipt?: { readonly signed: SignedReceipt; readonly acknowledgedAt: Milliseconds };
  /** At most 32, sorted by witness key bytes. */
  readonly reports: readonly {
    readonly signed: SignedReport;
    readonly acknowledgedAt: Milliseconds;
  }[];
  /** Reports that failed, or that were beyond 32. Sorted by witness key bytes. */
  readonly listed: readonly { readonly witness: Address; readonly reason: string }[];
}
/** Actor: the target or witness that was left out. Free. */
export interface LateReceipt extends Common<"late-receipt"> {
  readonly challenge: ChallengeId;
  readonly evidence:
    | { readonly kind: "receipt"; readonly signed: SignedReceipt }
    | { readonly kind: "report"; readonly signed: SignedReport };
  /** Absent where a report-commitment stands for it. */
  readonly acknowledgement?: Acknowledgement;
}
/** Actor: the staker. `chainTip` commits to a hash chain of `chainLength` links (protocol.md §3.0). */
export interface Stake extends Common<"stake"> {
  readonly motes: Motes;
  /** Ed25519 key that signs blocks. */
  readonly producerKey: Bytes32;
  readonly chainTip: Bytes32;
  readonly chainLength: number;
}
/**
 * Actor: the owner of the hotspot. Signers: owner, new owner. Pay that is held or still to come goes
 * to the new one; the bond still returns to whoever paid it.
 */
export interface TransferHotspot extends Common<"transfer-hotspot"> {
  readonly hotspot: Address;
  readonly newOwner: Address;
  /** What the new owner pays the old one. */
  readonly price: Motes;
}
/** Actor: the owner of the hotspot, which leaves at once; its bond returns after unbonding. */
export interface RemoveHotspot extends Common<"remove-hotspot"> {
  readonly hotspot: Address;
}
/** Actor: whoever pays. Adds what the bond lacks of the full one, at most `motes`. */
export interface FillBond extends Common<"fill-bond"> {
  readonly hotspot: Address;
  readonly motes: Motes;
}
/** Actor: the owner of the router. Pays in DC all that a settled channel's claims were cut by. */
export interface MakeGood extends Common<"make-good"> {
  readonly channel: Bytes32;
}
/** Actor: the owner of the producer, which makes no more blocks; its stake returns after unbonding. */
export interface Unstake extends Common<"unstake"> {
  readonly producerKey: Bytes32;
}
/** Actor: the reporter. The reward goes to whoever pays the fee: a hotspot's is its owner's. */
export interface ReportEvidence extends Common<"report-evidence"> {
  readonly evidence: Evidence;
}

/** Two signed statements of one signer that no honest one makes (protocol.md section 6). */
export type Evidence = TargetEquivocation | RouterEquivocation | ProducerEquivocation;

/** Two receipts of one challenge and target, of the derived payload, with different contents. */
export interface TargetEquivocation {
  readonly kind: "target-equivocation";
  readonly first: SignedReceipt;
  readonly second: SignedReceipt;
}
/** Two vouchers of one channel and hotspot of which neither follows the other. */
export interface RouterEquivocation {
  readonly kind: "router-equivocation";
  readonly first: SignedVoucher;
  readonly second: SignedVoucher;
}
/** Precommits for two blocks at one height, as the embedded producer signs them. */
export interface ProducerEquivocation {
  readonly kind: "producer-equivocation";
  /** Ed25519 key that signed both. */
  readonly producerKey: Bytes32;
  readonly height: Height;
  readonly first: SignedPrecommit;
  readonly second: SignedPrecommit;
}
/** A producer's part of a commit. Signed are CometBFT's bytes (blocks/header.ts `voteSignBytes`). */
export interface SignedPrecommit {
  readonly round: number;
  readonly blockId: BlockId;
  readonly timestamp: Timestamp;
  readonly signature: Uint8Array;
}

export type TransactionBody =
  | Transfer
  | Burn
  | PriceReport
  | AddHotspot
  | AssertLocation
  | Presence
  | RegisterRouter
  | UpdateRouter
  | RegisterRelay
  | OpenChannel
  | CloseChannel
  | RedeemVoucher
  | OpenChallenge
  | ReportCommitment
  | ChallengeReceipts
  | LateReceipt
  | Stake
  | TransferHotspot
  | RemoveHotspot
  | FillBond
  | MakeGood
  | Unstake
  | ReportEvidence;

export type TransactionKind = TransactionBody["kind"];

export interface Transaction {
  readonly body: TransactionBody;
  /** 64 bytes each, in the order of `signersOf(body)`. */
  readonly signatures: readonly Uint8Array[];
}
