/** What the state knows: the forms of its rows. How they become bytes: tables.ts. */
import type {
  Address,
  Bytes32,
  Cell,
  DataRate,
  Db,
  Dbm,
  Dc,
  Height,
  Hertz,
  MicroUsd,
  Milliseconds,
  Motes,
  Params,
} from "@katydid/protocol";
import type { PartnerShares } from "./classifier-rows.ts";

/** The one row that every block changes. */
export interface ChainRow {
  readonly chainId: string;
  readonly params: Params["name"];
  readonly height: Height;
  readonly blockTime: Milliseconds;
  readonly protocolTime: Milliseconds;
  readonly entropy: Bytes32;
  readonly priceMicroUsd: MicroUsd;
  /** The epoch that is open, 0 first. */
  readonly epoch: number;
  /** Coverage pay released since the epoch began. */
  readonly released: Motes;
  /** Challenges with a valid witness that settled since the epoch began. */
  readonly witnessedChallenges: number;
  /** Coverage pay of one such challenge, of the last epoch that had any, rounded up; 0 before. */
  readonly challengePay: Motes;
  readonly hotspots: number;
  readonly active: number;
  /** Chained hash of every change to the active table: names its content (active-index.ts). */
  readonly activeHash: Bytes32;
  readonly routers: number;
  readonly slabs: number;
  readonly relays: number;
  readonly producers: number;
}

/** Running totals; conservation.ts says what they must add up to. */
export interface SupplyRow {
  readonly genesis: Motes;
  readonly minted: Motes;
  readonly balances: Motes;
  readonly bonds: Motes;
  readonly stakes: Motes;
  readonly held: Motes;
  readonly unbonding: Motes;
  readonly burned: Motes;
  readonly dust: Motes;
  readonly dcMade: Dc;
  readonly dcHeld: Dc;
  readonly dcInChannels: Dc;
  readonly dcSpent: Dc;
}

export interface AccountRow {
  readonly nonce: number;
  readonly motes: Motes;
  readonly dc: Dc;
  /** Motes that were burned for `dc`: what they remember of their cost. */
  readonly dcMotes: Motes;
}

/** What a challenge's facts say of a hotspot, until the protocol time `until` (inclusive). */
export interface PastFacts {
  readonly until: Milliseconds;
  readonly bonded: boolean;
  readonly cell: Cell | undefined;
  readonly gainDbi: Db;
}

export interface HotspotRow {
  readonly owner: Address;
  /** Who paid the bond and gets it back. */
  readonly bondPayer: Address;
  readonly bond: Motes;
  /** What it was when the hotspot was added. */
  readonly bondFull: Motes;
  readonly addedAt: Milliseconds;
  readonly cell: Cell | undefined;
  readonly gainDbi: Db;
  readonly elevationMeters: number;
  /** Since when it claims its cell. */
  readonly locatedAt: Milliseconds | undefined;
  /** Protocol time of the last free assertion. */
  readonly freeAssertAt: Milliseconds | undefined;
  readonly presenceAt: Milliseconds | undefined;
  readonly lastActiveAt: Milliseconds;
  /** Not drawn as challenger until then; 0 without a silence. */
  readonly silencedUntil: Milliseconds;
  /** When it left; the row stays until nothing of it is left (leaving.ts). */
  readonly leftAt: Milliseconds | undefined;
  /** Times of settled beacons with a witness that passed rules 1 to 13, see reciprocity.ts. */
  readonly beaconedAt: readonly Milliseconds[];
  /** Times of settled challenges in which it was such a witness. */
  readonly witnessedAt: readonly Milliseconds[];
  readonly firstBeaconedAt: Milliseconds | undefined;
  readonly firstWitnessedAt: Milliseconds | undefined;
  /** Facts before their last changes, oldest first, as long as a challenge may ask. */
  readonly past: readonly PastFacts[];
  /** Pay of grace past its holdback, waiting for the first beacon with a witness. */
  readonly graceWitness: Motes;
  /** The same, waiting until it first witnesses. */
  readonly graceBeaconer: Motes;
  readonly earnedData: Motes;
  /** Coverage pay that was released. */
  readonly earnedCoverage: Motes;
  /** Coverage pay that is held, in holdback rows and in grace. */
  readonly held: Motes;
}

/** A located hotspot that is active. Everything that draws and the density scale need. */
export interface ActiveRow {
  readonly cell: Cell;
  readonly bonded: boolean;
  /** Under a classification: not drawn, not counted, nobody's neighbour. */
  readonly denied: boolean;
  readonly silencedUntil: Milliseconds;
}

export interface SlotRow {
  readonly drawnAt: Milliseconds;
  readonly openUntil: Milliseconds;
  readonly challengers: readonly Address[];
}

export const challengeStates = ["opened", "targeted", "revealed"] as const;
export interface ChallengeRow {
  readonly state: (typeof challengeStates)[number];
  readonly challenger: Address;
  readonly secretHash: Bytes32;
  readonly ephemeralKey: Bytes32;
  readonly drawn: DrawnTarget | undefined;
  readonly reveal: Reveal | undefined;
}

/** What the block that drew the target saw. Witnesses' facts are found again by `at`. */
export interface DrawnTarget {
  readonly target: Address;
  readonly targetEntropy: Bytes32;
  /** Its protocol time: facts are those of this moment. */
  readonly at: Milliseconds;
  readonly deadlineAt: Milliseconds;
  /** Density scale of the target, in parts of SCALE_ONE. */
  readonly scale: bigint;
  readonly reciprocityWindowMs: Milliseconds;
}

export interface Reveal {
  readonly secret: Bytes32;
  readonly height: Height;
  readonly receipt: ReceivedReceipt | undefined;
  readonly reports: readonly ReceivedReport[];
  readonly listed: readonly { readonly witness: Address; readonly reason: string }[];
  /** The challenger left out what it had acknowledged: it gets no unit. */
  readonly omitted: boolean;
  /** Block time less protocol time at the reveal: sets host times against protocol times. */
  readonly offsetMs: Milliseconds;
}
export interface ReceivedReceipt {
  /** SHA-256 of the signed receipt. */
  readonly receiptHash: Bytes32;
  /** The challenger's host time; absent where a commitment stands for it: rule 6 is skipped. */
  readonly acknowledgedAt: Milliseconds | undefined;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  /** Nanoseconds since the last PPS at the end of transmission, where the chip has it. */
  readonly fineTimeNs: number | undefined;
}
export interface ReceivedReport {
  readonly witness: Address;
  /** SHA-256 of the signed report. */
  readonly reportHash: Bytes32;
  readonly payloadHash: Bytes32;
  readonly rssiDbm: Dbm;
  readonly snrDb: Db;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  /** The challenger's host time; where `committed`, that of the commitment's block. */
  readonly acknowledgedAt: Milliseconds;
  /** The same at the end of reception. */
  readonly fineTimeNs: number | undefined;
  readonly committed: boolean;
}

export interface CommitmentRow {
  readonly reportHash: Bytes32;
  readonly height: Height;
  readonly at: Milliseconds;
  /** What is returned if the report holds, to whom, and what it had cost. */
  readonly payer: Address;
  readonly feeDc: Dc;
  readonly feeMotes: Motes;
}

/** Of the open epoch: what a hotspot will be paid for. */
export interface EarningRow {
  readonly challengerUnits: bigint;
  readonly beaconerUnits: bigint;
  readonly witnessUnits: bigint;
  /** Of these, earned in grace. */
  readonly graceBeaconerUnits: bigint;
  readonly graceWitnessUnits: bigint;
  /** Of its units as beaconer: by witness. As witness: by beaconer. */
  readonly asBeaconer: PartnerShares;
  readonly asWitness: PartnerShares;
  readonly dc: Dc;
  /** Motes that were burned for `dc`. */
  readonly dcMotes: Motes;
}

/** Coverage pay of one hotspot and epoch, until its time. */
export interface HoldbackRow {
  /** Scheduled end of its epoch and the holdback. */
  readonly releaseAt: Milliseconds;
  readonly challenger: Motes;
  readonly beaconer: Motes;
  readonly witness: Motes;
  /** Of these, earned in grace. */
  readonly graceBeaconer: Motes;
  readonly graceWitness: Motes;
  readonly asBeaconer: PartnerShares<Motes>;
  readonly asWitness: PartnerShares<Motes>;
}

export interface SlabRange {
  readonly start: number;
  readonly count: number;
}
export interface RouterRow {
  readonly owner: Address;
  readonly number: number;
  readonly endpoints: readonly string[];
  readonly slabs: readonly SlabRange[];
  /** Claims that its overspent channels cut: it opens none until they are made good. */
  readonly owedDc: Dc;
  /** Channels that are not settled, or whose cut claims are not made good. */
  readonly openChannels: number;
}
export interface RelayRow {
  readonly url: string;
}

export interface ChannelRow {
  readonly router: Address;
  readonly owner: Address;
  readonly depositDc: Dc;
  /** Motes that were burned for the deposit. */
  readonly depositMotes: Motes;
  readonly reservedDc: Dc;
  /** What is left of it; stays until the channel is forgotten, so that evidence finds it. */
  readonly stake: Motes;
  readonly expiresAt: Milliseconds;
  readonly state: "open" | "closed" | "settled";
  readonly settledAt: Milliseconds | undefined;
  /** Claims less payouts, until they are made good. */
  readonly cutDc: Dc;
  /** Its stake was taken on evidence. */
  readonly slashed: boolean;
  /** Hotspots with a claim. */
  readonly claims: number;
}
/** What one hotspot may claim of one channel. */
export interface ClaimRow {
  readonly summaryDc: Dc | undefined;
  readonly redeemedDc: Dc;
  readonly redeemedPackets: number;
  readonly sequence: number;
  readonly reservedDc: Dc;
  /** After settlement. */
  readonly paidDc: Dc;
}

export interface HashChain {
  readonly tip: Bytes32;
  readonly links: number;
}
export interface ProducerRow {
  readonly owner: Address;
  readonly producerKey: Bytes32;
  readonly stake: Motes;
  /** It may make blocks from this protocol time on. */
  readonly inForceAt: Milliseconds;
  readonly chain: HashChain;
  readonly next: HashChain | undefined;
  /** Blocks made in the open epoch. */
  readonly blocks: number;
  /** When it unstaked: it makes no more blocks. */
  readonly leftAt: Milliseconds | undefined;
  /** Evidence about blocks up to this height took its stake; 0: none did. */
  readonly slashedHeight: Height;
}

/** A bond or stake of one that left, until its time. */
export interface UnbondingRow {
  readonly motes: Motes;
  readonly payee: Address;
  readonly until: Milliseconds;
}

/** What evidence against a target is held against, once its challenge is revealed. */
export interface MemoRow {
  readonly target: Address;
  /** Of the payload that the challenge prescribed. */
  readonly payloadHash: Bytes32;
  /** Evidence is accepted until then. */
  readonly until: Milliseconds;
  readonly slashed: boolean;
}

/** The first block of an epoch. */
export interface HeightMarkRow {
  readonly height: Height;
  readonly at: Milliseconds;
}

export interface OracleRow {
  readonly priceMicroUsd: MicroUsd | undefined;
  readonly at: Milliseconds;
}
