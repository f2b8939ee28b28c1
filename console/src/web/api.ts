/** Shapes of the JSON that the node and the router serve (bigint as decimal strings, bytes as hex). */
import type {
  AccountView,
  ChainStatus,
  ChallengeView,
  HotspotView,
  LedgerEvent,
  PenaltyView,
  RewardView,
} from "@katydid/ledger/client";

export type Json<T> = T extends bigint
  ? string
  : T extends Uint8Array
    ? string
    : T extends string | number | boolean | undefined | null
      ? T
      : T extends readonly (infer Item)[]
        ? Json<Item>[]
        : { [Key in keyof T]: Json<T[Key]> };

export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

export type StatusJson = Json<ChainStatus>;
export type AccountJson = Json<AccountView>;
export type HotspotJson = Json<HotspotView>;
export type ChallengeJson = Json<ChallengeView>;
export type RewardJson = Json<RewardView>;
export type PenaltyJson = Json<PenaltyView>;
export type LedgerEventJson = Json<LedgerEvent>;
