/**
 * What a hotspot, router, wallet or console asks of a ledger node. Two implementations pass one
 * contract test: HTTP (http-client.ts) and in-process for fleets (direct-client.ts).
 */
import type {
  Address,
  Bytes32,
  Cell,
  ChallengeId,
  ClassifierName,
  Db,
  Dc,
  EdgeCounts,
  Height,
  MicroUsd,
  Milliseconds,
  Motes,
  NetworkFile,
  Params,
  Traffic,
} from "@katydid/protocol";

export interface LedgerClient extends AsyncDisposable {
  status(): Promise<ChainStatus>;
  account(address: Address): Promise<AccountView>;
  /** undefined: never added. */
  hotspot(address: Address): Promise<HotspotView | undefined>;
  hotspots(query?: PageQuery & { readonly owner?: Address }): Promise<Page<HotspotView>>;
  routers(): Promise<readonly RouterView[]>;
  relays(): Promise<readonly RelayView[]>;
  channel(id: Bytes32): Promise<ChannelView | undefined>;
  channels(router: Address): Promise<readonly ChannelView[]>;
  challenge(id: ChallengeId): Promise<ChallengeView | undefined>;
  /** Newest first. As challenger, beaconer or witness. */
  challengesOf(hotspot: Address, query?: PageQuery): Promise<Page<ChallengeView>>;
  rewardsOf(hotspot: Address, query?: PageQuery): Promise<Page<RewardView>>;
  /** What took its bond: the last few, newest first. */
  penaltiesOf(hotspot: Address, query?: PageQuery): Promise<Page<PenaltyView>>;
  /** All that stand now: of hotspots, then of pairs. */
  classifications(query?: PageQuery): Promise<Page<StandingClassification>>;
  /** Counters of its beacons that classifiers read; undefined: none was heard yet. */
  hearingOf(hotspot: Address): Promise<HearingView | undefined>;
  /** The same of what a router paid; undefined: nothing yet. */
  trafficOf(router: Address): Promise<TrafficView | undefined>;
  transaction(id: string): Promise<TransactionView | undefined>;
  /** Into the mempool. A refusal is an outcome. */
  submit(transaction: Uint8Array): Promise<SubmitOutcome>;
  /**
   * Events from now on (or after `after`), in order, each once, across reconnections. With
   * `subjects` only those that concern one of them (an address, or `payload:` and 16 hex digits).
   */
  watch(options: WatchOptions, handler: (event: LedgerEvent) => void): Watch;
}

export interface WatchOptions {
  readonly subjects?: readonly string[];
  readonly kinds?: readonly LedgerEvent["kind"][];
  /** Sequence of the last event that was seen (Last-Event-ID). */
  readonly after?: string;
}
export interface Watch {
  cancel(): void;
}
export interface PageQuery {
  readonly cursor?: string;
  readonly limit?: number;
}
export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

export interface ChainStatus {
  readonly chainId: string;
  readonly params: Params["name"];
  readonly height: Height;
  /** Time of the last block. */
  readonly blockTime: Milliseconds;
  /** Protocol time after the last block. */
  readonly protocolTime: Milliseconds;
  readonly stateRoot: string;
  readonly headerHash: string;
  readonly priceMicroUsd: MicroUsd;
  readonly hotspots: number;
  readonly activeHotspots: number;
  readonly epoch: number;
  readonly supply: SupplyView;
}

/** Conservation: genesis + minted = balances + bonds + stakes + held + unbonding + burned + dust. */
export interface SupplyView {
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

export interface AccountView {
  readonly address: Address;
  readonly nonce: number;
  readonly motes: Motes;
  readonly dc: Dc;
}

export interface HotspotView {
  readonly address: Address;
  readonly name: string;
  readonly owner: Address;
  readonly bond: Motes;
  readonly bonded: boolean;
  readonly cell?: Cell;
  readonly gainDbi?: Db;
  readonly elevationMeters?: number;
  /** Protocol time since when it claims its cell. */
  readonly locatedAt?: Milliseconds;
  readonly region?: string;
  readonly active: boolean;
  readonly addedAt: Milliseconds;
  readonly lastActiveAt: Milliseconds;
  /** Product of clipped/unclipped, 0 to 1, 4 decimals. */
  readonly densityScale: string;
  readonly reciprocity: { readonly asBeaconer: Reciprocity; readonly asWitness: Reciprocity };
  readonly earned: { readonly data: Motes; readonly coverage: Motes; readonly held: Motes };
  /** Stands now; absent: none. */
  readonly classification?: ClassificationView;
  /** Since when it has left; its bond returns after unbonding. Absent: it has not. */
  readonly leftAt?: Milliseconds;
}

/** What a public classifier found: protocol/src/classifiers. */
export interface ClassificationView {
  readonly classifier: ClassifierName;
  /** 1 to 1000: how far past its threshold the classifier saw it. */
  readonly score: number;
  /** The other ends of the edges that it rests on. */
  readonly evidence: readonly Address[];
  /** Protocol times. */
  readonly since: Milliseconds;
  readonly until: Milliseconds;
  /** Held pay that it burned so far. */
  readonly burned: Motes;
}
/** One that stands: of a hotspot, or of a pair that is denied as such (without evidence edges). */
export interface StandingClassification {
  readonly kind: "hotspot" | "edge";
  readonly hotspots: readonly Address[];
  readonly classification: ClassificationView;
}

/** Who hears a hotspot's beacons: protocol/src/classifiers. Counts are of `window` and older, halved. */
export interface HearingView {
  readonly hotspot: Address;
  readonly window: number;
  readonly beacons: number;
  readonly edges: readonly HearingEdgeView[];
}
export interface HearingEdgeView extends EdgeCounts {
  /** As both claim now; absent where one has no cell. */
  readonly distanceMeters?: number;
  /** Of the heard reports, one decimal. */
  readonly meanRssiDbm?: number;
}

/** What a router's settled channels paid, and to whom most. */
export interface TrafficView extends Traffic {
  readonly router: Address;
}
export type Reciprocity = "met" | "grace" | "unmet";

export interface RouterView {
  readonly address: Address;
  readonly owner: Address;
  /** Order of registration, 1 first. */
  readonly number: number;
  /** mqtt:// or mqtts:// addresses where hotspots reach it. */
  readonly endpoints: readonly string[];
  readonly slabs: readonly { readonly start: number; readonly count: number }[];
  readonly filter: Uint8Array;
  /** Cut claims that it has to make good before it opens another channel; absent: none. */
  readonly owedDc?: Dc;
}
export interface RelayView {
  readonly operator: Address;
  readonly url: string;
}
export interface ChannelView {
  readonly id: Bytes32;
  readonly router: Address;
  readonly depositDc: Dc;
  readonly reservedDc: Dc;
  readonly leftDc: Dc;
  readonly stake: Motes;
  readonly expiresAt: Milliseconds;
  readonly state: "open" | "grace" | "settled";
  /** After settlement: what each hotspot was paid, DC. */
  readonly payouts?: readonly { readonly hotspot: Address; readonly dc: Dc }[];
  /** Claims less payouts, to be made good; absent: none. */
  readonly cutDc?: Dc;
  /** Its stake was taken on evidence. */
  readonly slashed?: true;
}

/** A challenge with every verdict, its reason and the numbers that led to it. */
export interface ChallengeView {
  readonly challenge: ChallengeId;
  readonly state: "opened" | "targeted" | "revealed" | "settled" | "lapsed" | "silent";
  readonly challenger: Address;
  readonly target?: Address;
  readonly drawnAt: Milliseconds;
  readonly deadlineAt?: Milliseconds;
  readonly receipt?: {
    readonly acknowledgedAt: Milliseconds;
    readonly frequencyHz: number;
    readonly dataRate: string;
  };
  readonly witnesses: readonly WitnessView[];
  readonly beaconerUnits?: string;
  /** "1.0000", or "0.0000" with the reason. */
  readonly challengerUnits?: string;
  readonly challengerReason?: ChallengerReason;
  readonly densityScale?: string;
}
/**
 * Why a challenger gets no unit: the first that applies. `omitted`: it left out what it had
 * acknowledged; `no-reciprocity`: it was not heard, or heard nobody, within the window, and grace
 * does not help.
 */
export const challengerReasons = [
  "no-receipt",
  "no-valid-witness",
  "omitted",
  "denied",
  "not-bonded",
  "no-reciprocity",
] as const;
export type ChallengerReason = (typeof challengerReasons)[number];
export interface WitnessView {
  readonly witness: Address;
  readonly verdict: "valid" | "invalid";
  /** Of the verdict table; absent when valid. */
  readonly reason?: string;
  readonly held: boolean;
  readonly selected: boolean;
  /** Why one that is valid was not selected; absent where nobody was: the receipt is missing. */
  readonly passedOver?: "side-by-side" | "beyond-limit";
  /** Reward units, 4 decimals. */
  readonly units: string;
  readonly rssiDbm?: number;
  readonly snrDb?: number;
  readonly frequencyHz?: number;
  readonly distanceMeters?: number;
  readonly boundDbm?: number;
  readonly acknowledgedAt?: Milliseconds;
}
export interface RewardView {
  readonly epoch: number;
  readonly kind: "data" | "challenger" | "beaconer" | "witness";
  readonly motes: Motes;
  /** Coverage pay waits until then; absent: paid at once. */
  readonly heldUntil?: Milliseconds;
  readonly state: "paid" | "held" | "released" | "burned";
  /** Why it was burned: a classifier's name, or `left` (pay of grace of a hotspot that left). */
  readonly reason?: ClassifierName | "left";
}
/** Why a part of a hotspot's bond, or all of it, is gone. */
export interface PenaltyView {
  /**
   * `silence`: it opened a challenge and did not reveal; `omission`: it left out what it had
   * acknowledged; `equivocation`: it signed two receipts of one challenge.
   */
  readonly reason: "silence" | "omission" | "equivocation";
  /** All that was taken; of an equivocation a part went to who reported it, the rest was burned. */
  readonly motes: Motes;
  /** Times of its block. */
  readonly blockTime: Milliseconds;
  readonly protocolTime: Milliseconds;
  /** Of silence and omission. */
  readonly challenge?: ChallengeId;
  /** Of omission: whom. */
  readonly leftOut?: Address;
}
export interface TransactionView {
  readonly id: string;
  readonly height: Height;
  readonly kind: string;
  readonly outcome: "applied" | "no-effect";
  readonly reason?: string;
}

export type SubmitOutcome =
  | { readonly outcome: "accepted"; readonly id: string }
  /** `reason` is that of `plan` or of the mempool; `detail` has its numbers. */
  | {
      readonly outcome: "refused";
      readonly reason: string;
      readonly detail: Readonly<Record<string, unknown>>;
    };

interface EventCommon<Kind extends string> {
  readonly kind: Kind;
  /** `height-index`: sorts by position, serves as Last-Event-ID. */
  readonly sequence: string;
  readonly height: Height;
  /** Protocol time of its block. */
  readonly protocolTime: Milliseconds;
  /** Time of its block. */
  readonly blockTime: Milliseconds;
  /** Addresses that it concerns, and `payload:` keys of revealed challenges. */
  readonly subjects: readonly string[];
}
export type LedgerEvent =
  /** Every block: no subjects; sent only to watchers without `subjects`. */
  | (EventCommon<"block"> & {
      readonly transactions: number;
      readonly stateRoot: string;
      readonly headerHash: string;
    })
  /** Subjects: the drawn challengers. The one at `index` may open until `openUntil` (protocol time). */
  | (EventCommon<"slot-drawn"> & {
      readonly slot: number;
      readonly challengers: readonly Address[];
      readonly openUntil: Milliseconds;
    })
  /** Subjects: challenger and target. */
  | (EventCommon<"target-drawn"> & {
      readonly challenge: ChallengeId;
      readonly challenger: Address;
      readonly target: Address;
      /** Entropy of the block that drew it: enters payload and hash order. */
      readonly targetEntropy: Bytes32;
      readonly secretHash: Bytes32;
      readonly ephemeralKey: Bytes32;
      readonly deadlineAt: Milliseconds;
    })
  | (EventCommon<"challenge-lapsed"> & {
      readonly challenge: ChallengeId;
      readonly challenger: Address;
    })
  /** Subjects: challenger, target, reported and listed witnesses, `payload:<first 16 hex of payloadHash>`. */
  | (EventCommon<"challenge-revealed"> & {
      readonly challenge: ChallengeId;
      readonly challenger: Address;
      readonly target: Address;
      readonly payloadHash: Bytes32;
      readonly receipted: boolean;
      /** The challenger's host time of the receipt, as it revealed it. */
      readonly receiptedAt?: Milliseconds;
      readonly reported: readonly Address[];
      /** The same of each report, in the order of `reported`. */
      readonly reportedAt: readonly Milliseconds[];
      readonly listed: readonly { readonly witness: Address; readonly reason: string }[];
      readonly lateUntil: Milliseconds;
    })
  | (EventCommon<"challenge-silent"> & {
      readonly challenge: ChallengeId;
      readonly challenger: Address;
      readonly penalty: Motes;
    })
  /** A late receipt showed that the challenger had acknowledged it. Subjects: challenger, leftOut. */
  | (EventCommon<"challenge-omission"> & {
      readonly challenge: ChallengeId;
      readonly challenger: Address;
      readonly leftOut: Address;
      readonly penalty: Motes;
    })
  /** Found, or found again, by a classifier. Subjects: hotspot, its owner, the evidence. */
  | (EventCommon<"classified"> & {
      readonly hotspot: Address;
      readonly classification: ClassificationView;
    })
  /** An implausible pair that is neither's fault for sure. Subjects: both, and their owners. */
  | (EventCommon<"edge-classified"> & {
      readonly pair: readonly [Address, Address];
      readonly classifier: ClassifierName;
      readonly until: Milliseconds;
      readonly burned: Motes;
    })
  /**
   * A bond or stake was burned on evidence. Subjects: offender, its owner, reporter. Offender: a
   * hotspot, router or producer's owner.
   */
  | (EventCommon<"slashed"> & {
      readonly offender: Address;
      readonly offence: "target-equivocation" | "router-equivocation" | "producer-equivocation";
      readonly burned: Motes;
      readonly reporter: Address;
      readonly reward: Motes;
    })
  /** When the late window closes: verdicts are final and units booked. */
  | (EventCommon<"challenge-settled"> & { readonly view: ChallengeView })
  | (EventCommon<"hotspot-changed"> & { readonly hotspot: HotspotView })
  | (EventCommon<"router-changed"> & { readonly router: RouterView })
  | (EventCommon<"relay-changed"> & { readonly relay: RelayView })
  /** Opened, redeemed from, closing or settled. Subjects: router, its owner, the hotspot concerned. */
  | (EventCommon<"channel-changed"> & { readonly channel: ChannelView; readonly hotspot?: Address })
  | (EventCommon<"epoch-ended"> & {
      readonly epoch: number;
      readonly paid: Motes;
      readonly held: Motes;
      readonly released: Motes;
    })
  | (EventCommon<"price-changed"> & { readonly priceMicroUsd: MicroUsd })
  /** Subjects: actor and signers. */
  | (EventCommon<"transaction"> & {
      readonly transaction: TransactionView;
      readonly actor: Address;
    });

export type { NetworkFile };
