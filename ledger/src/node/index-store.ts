/**
 * What a node keeps to answer questions, beside the state: transactions by id, challenges that are
 * over with every verdict, rewards by hotspot, recent events. Not under the state root; bounded.
 */
import type { Store, StoreWrite } from "@katydid/platform";
import {
  type Address,
  type Cell,
  type ChallengeId,
  fromHex,
  fromUtf8,
  utf8,
} from "@katydid/protocol";
import type {
  ChallengeView,
  LedgerEvent,
  Page,
  PageQuery,
  PenaltyView,
  RewardView,
  TransactionView,
} from "../client/client.ts";
import { eventFromWire, parseSequence } from "../client/events.ts";
import {
  challengeSchema,
  type EpochView,
  epochSchema,
  penaltySchema,
  rewardSchema,
  transactionSchema,
} from "../client/schemas.ts";
import { fromWire, type JsonSchema, type JsonValue, toWire } from "../client/wire.ts";
import type { RewardRecord } from "../transition/index.ts";
import * as layout from "./layout.ts";
import { pageOfKeys } from "./page.ts";
import { PENALTIES_MAX, penaltyOf } from "./penalty-book.ts";
import { RewardBook } from "./reward-book.ts";

/** Blocks whose events are kept, so that a watcher may come back: 5 h of blocks at 10 s. */
export const EVENT_BLOCKS_MAX = 2000;
/** Challenges that are kept once they are over; the oldest go. */
export const CHALLENGES_MAX = 50_000;
/** Epochs whose rewards are kept: over a year of hours. */
export const REWARD_EPOCHS_MAX = 10_000;
const CHALLENGES_ENDED = "challenges-ended";

/** A challenge that is over, and where its hotspots were. */
export interface EndedChallenge {
  readonly view: ChallengeView;
  readonly cells: Readonly<Record<Address, Cell>>;
}

export interface IndexLimits {
  readonly eventBlocksMax: number;
  readonly challengesMax: number;
  readonly rewardEpochsMax: number;
}

export const indexLimits: IndexLimits = {
  eventBlocksMax: EVENT_BLOCKS_MAX,
  challengesMax: CHALLENGES_MAX,
  rewardEpochsMax: REWARD_EPOCHS_MAX,
};

/** What one block adds. */
export interface IndexBlock {
  readonly height: number;
  readonly events: readonly LedgerEvent[];
  readonly rewards: readonly RewardRecord[];
  readonly ended: readonly EndedChallenge[];
}

export class IndexStore {
  private readonly store: Store;
  private readonly limits: IndexLimits;
  private endedCount: number;

  constructor(options: { readonly store: Store; readonly limits?: IndexLimits }) {
    this.store = options.store;
    this.limits = options.limits ?? indexLimits;
    this.endedCount = this.readJson<number>({}, layout.metaKey(CHALLENGES_ENDED)) ?? 0;
  }

  /** The writes of a block, for the block's own store transaction. */
  writes(block: IndexBlock): StoreWrite[] {
    const writes: StoreWrite[] = [put(layout.eventsKey(block.height), block.events)];
    const expired = block.height - this.limits.eventBlocksMax;
    if (expired > 0) writes.push({ key: layout.eventsKey(expired), value: undefined });
    for (const event of block.events) writes.push(...eventWrites(event));
    for (const event of block.events) writes.push(...this.penaltyWrites(event));
    writes.push(...this.rewardWrites(block.rewards));
    for (const ended of block.ended) writes.push(...this.endedWrites(ended));
    for (const event of block.events) {
      if (event.kind === "epoch-ended") writes.push(...this.pruneRewards(event.epoch));
    }
    return writes;
  }

  transaction(id: string): TransactionView | undefined {
    if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
    return this.readJson(transactionSchema, layout.transactionKey(fromHex(id)));
  }

  epoch(epoch: number): EpochView | undefined {
    return this.readJson(epochSchema, layout.epochKey(epoch));
  }

  endedChallenge(id: ChallengeId): EndedChallenge | undefined {
    const bytes = this.store.get(layout.challengeKey(id));
    return bytes === undefined ? undefined : decodeEnded(bytes);
  }

  /** Every challenge that is kept, by slot. */
  *endedChallenges(): Iterable<EndedChallenge> {
    for (const [, bytes] of this.store.range(layout.challengesRange)) yield decodeEnded(bytes);
  }

  challengeIdsOf(hotspot: Address, query: PageQuery): Page<ChallengeId> {
    const { entries, cursor } = pageOfKeys({
      store: this.store,
      range: layout.challengesOfRange(hotspot),
      query,
    });
    const items = entries.map(([key]) => layout.challengeOfKeyId(key));
    return { items, ...(cursor !== undefined && { cursor }) };
  }

  rewardsOf(hotspot: Address, query: PageQuery): Page<RewardView> {
    const { entries, cursor } = pageOfKeys({
      store: this.store,
      range: layout.rewardsRange(hotspot),
      query,
    });
    const items = entries.map(([, bytes]) => fromWire<RewardView>(rewardSchema, parse(bytes)));
    return { items, ...(cursor !== undefined && { cursor }) };
  }

  penaltiesOf(hotspot: Address, query: PageQuery): Page<PenaltyView> {
    const range = layout.penaltiesRange(hotspot);
    const { entries, cursor } = pageOfKeys({ store: this.store, range, query });
    const items = entries.map(([, bytes]) => fromWire<PenaltyView>(penaltySchema, parse(bytes)));
    return { items, ...(cursor !== undefined && { cursor }) };
  }

  /** Events after a sequence that are still kept, in order. */
  eventsAfter(sequence: string, options: { readonly height: number }): readonly LedgerEvent[] {
    const after = parseSequence(sequence);
    if (after === undefined) return [];
    const first = Math.max(after.height, options.height - this.limits.eventBlocksMax + 1, 1);
    const events: LedgerEvent[] = [];
    for (let height = first; height <= options.height; height += 1) {
      const skipped = height === after.height ? after.index + 1 : 0;
      events.push(...this.eventsOf(height).slice(skipped));
    }
    return events;
  }

  eventsOf(height: number): readonly LedgerEvent[] {
    const bytes = this.store.get(layout.eventsKey(height));
    if (bytes === undefined) return [];
    const events: LedgerEvent[] = [];
    for (const value of parse(bytes) as readonly JsonValue[]) {
      const event = eventFromWire(value);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  private rewardWrites(records: readonly RewardRecord[]): StoreWrite[] {
    const book = new RewardBook((key) => this.readJson<RewardView>(rewardSchema, key));
    for (const record of records) book.enter(record);
    return book.entries().flatMap(([key, view]) => {
      const byEpoch = layout.rewardEpochKey(view.epoch, key);
      if (view.motes > 0n) return [put(key, view), { key: byEpoch, value: EMPTY }];
      return [key, byEpoch].map((gone) => ({ key: gone, value: undefined }));
    });
  }

  /** The new one, and those that are too many by it. */
  private penaltyWrites(event: LedgerEvent): StoreWrite[] {
    const penalty = penaltyOf(event);
    const position = parseSequence(event.sequence);
    if (penalty === undefined || position === undefined) return [];
    const { hotspot, view } = penalty;
    const kept = [...this.store.range(layout.penaltiesRange(hotspot))];
    const gone = kept.slice(PENALTIES_MAX - 1).map(([key]) => ({ key, value: undefined }));
    return [put(layout.penaltyKey(hotspot, position), view), ...gone];
  }

  private pruneRewards(epoch: number): StoreWrite[] {
    const expired = epoch - this.limits.rewardEpochsMax;
    if (expired < 0) return [];
    const writes: StoreWrite[] = [{ key: layout.epochKey(expired), value: undefined }];
    for (const [key] of this.store.range(layout.rewardEpochRange(expired))) {
      writes.push({ key, value: undefined });
      writes.push({ key: layout.rewardOfEpochKey(key), value: undefined });
    }
    return writes;
  }

  private endedWrites(ended: EndedChallenge): StoreWrite[] {
    const { challenge } = ended.view;
    const number = this.endedCount;
    this.endedCount += 1;
    const writes: StoreWrite[] = [
      put(layout.challengeKey(challenge), ended),
      put(layout.challengeEndedKey(number), challenge),
      put(layout.metaKey(CHALLENGES_ENDED), this.endedCount),
    ];
    for (const hotspot of participantsOf(ended.view)) {
      writes.push({ key: layout.challengeOfKey(hotspot, challenge), value: EMPTY });
    }
    writes.push(...this.pruneChallenge(number - this.limits.challengesMax));
    return writes;
  }

  private pruneChallenge(number: number): StoreWrite[] {
    if (number < 0) return [];
    const id = this.readJson<ChallengeId>({}, layout.challengeEndedKey(number));
    if (id === undefined) return [];
    const ended = this.endedChallenge(id);
    const participants = ended === undefined ? [] : participantsOf(ended.view);
    const keys = participants.map((hotspot) => layout.challengeOfKey(hotspot, id));
    return [layout.challengeEndedKey(number), layout.challengeKey(id), ...keys].map((key) => ({
      key,
      value: undefined,
    }));
  }

  private readJson<T>(schema: JsonSchema, key: Uint8Array): T | undefined {
    const bytes = this.store.get(key);
    return bytes === undefined ? undefined : fromWire<T>(schema, parse(bytes));
  }
}

const EMPTY = new Uint8Array(0);

function eventWrites(event: LedgerEvent): StoreWrite[] {
  switch (event.kind) {
    case "transaction":
      return [put(layout.transactionKey(fromHex(event.transaction.id)), event.transaction)];
    case "epoch-ended": {
      const { epoch, height, protocolTime: endedAt, paid, held, released } = event;
      const view: EpochView = { epoch, height, endedAt, paid, held, released };
      return [put(layout.epochKey(epoch), view)];
    }
    case "target-drawn":
      return [event.challenger, event.target].map((hotspot) => ({
        key: layout.challengeOfKey(hotspot, event.challenge),
        value: EMPTY,
      }));
    case "challenge-revealed":
      return [...event.reported, ...event.listed.map(({ witness }) => witness)].map((hotspot) => ({
        key: layout.challengeOfKey(hotspot, event.challenge),
        value: EMPTY,
      }));
    default:
      return [];
  }
}

/** Challenger, target and witnesses, each once. */
export function participantsOf(view: ChallengeView): readonly Address[] {
  const { challenger, target, witnesses } = view;
  const all = [challenger, ...(target === undefined ? [] : [target])];
  return [...new Set([...all, ...witnesses.map(({ witness }) => witness)])];
}

function decodeEnded(bytes: Uint8Array): EndedChallenge {
  const value = parse(bytes) as unknown as { view: JsonValue; cells: EndedChallenge["cells"] };
  return { view: fromWire(challengeSchema, value.view), cells: value.cells };
}

function put(key: Uint8Array, value: unknown): StoreWrite {
  return { key, value: utf8(JSON.stringify(toWire(value))) };
}

function parse(bytes: Uint8Array): JsonValue {
  return JSON.parse(fromUtf8(bytes)) as JsonValue;
}
