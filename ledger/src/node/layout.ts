/**
 * Where things are in the node's store. Keys begin with one byte that says what follows:
 *
 * ```
 * 1 | table id | key            row of the state, encoded by its table
 * 2 | bucket u16                leaf hash, then the bucket's entries (state-tree.ts)
 * 3 | name                      what the node knows of itself
 * 4 | height u32                block, as encoded and signed
 * 5 | height u32                events of the block, JSON
 * 6 | transaction id 32         TransactionView, JSON
 * 7 | slot u32 | index u16      challenge that is over, JSON
 * 8 | address | ~slot | ~index  challenges by hotspot, newest first
 * 9 | address | ~epoch | kind   RewardView, JSON; of what was burned, a byte with the reason follows
 * 10 | epoch u32 | key of 9     rewards by epoch, for pruning
 * 11 | number u32               challenges in the order in which they ended, for pruning
 * 12 | epoch u32                EpochView, JSON
 * 13 | address | ~height | ~index  PenaltyView, JSON, by the event that told of it; newest first
 * ```
 * 1 to 3 are the state and its commitment; 5 to 13 are an index, not under the state root.
 */
import {
  type Address,
  addressBytes,
  type ChallengeId,
  classifierNames,
  concatBytes,
  u32Bytes,
  utf8,
} from "@katydid/protocol";

/** Version of this layout. A store of another one is refused. */
export const LAYOUT_VERSION = 3;

const ROW = 1;
const BUCKET = 2;
const META = 3;
const BLOCK = 4;
const EVENTS = 5;
const TRANSACTION = 6;
const CHALLENGE = 7;
const CHALLENGE_OF = 8;
const REWARD = 9;
const REWARD_EPOCH = 10;
const CHALLENGE_ENDED = 11;
const EPOCH = 12;
const PENALTY = 13;

export const rowKey = (fullKey: Uint8Array): Uint8Array => tagged(ROW, fullKey);
export const bucketKey = (bucket: number): Uint8Array =>
  Uint8Array.of(BUCKET, bucket >> 8, bucket & 0xff);
export const bucketOfKey = (key: Uint8Array): number => ((key[1] ?? 0) << 8) | (key[2] ?? 0);
export const bucketsRange = prefixRange(Uint8Array.of(BUCKET));
export const metaKey = (name: string): Uint8Array => tagged(META, utf8(name));
export const blockKey = (height: number): Uint8Array => tagged(BLOCK, u32Bytes(height));
export const eventsKey = (height: number): Uint8Array => tagged(EVENTS, u32Bytes(height));
export const transactionKey = (id: Uint8Array): Uint8Array => tagged(TRANSACTION, id);

export const challengeKey = ({ slot, index }: ChallengeId): Uint8Array =>
  tagged(CHALLENGE, u32Bytes(slot), u16Bytes(index));
export const challengesRange = prefixRange(Uint8Array.of(CHALLENGE));

const CHALLENGE_SUFFIX_BYTES = 6;
/** Challenges of one hotspot; those of later slots come first. */
export const challengeOfKey = (hotspot: Address, { slot, index }: ChallengeId): Uint8Array =>
  tagged(CHALLENGE_OF, addressBytes(hotspot), u32Bytes(~slot), u16Bytes(~index & 0xffff));
export const challengesOfRange = (hotspot: Address): KeyRange =>
  prefixRange(tagged(CHALLENGE_OF, addressBytes(hotspot)));
export function challengeOfKeyId(key: Uint8Array): ChallengeId {
  const view = new DataView(key.buffer, key.byteOffset + key.length - CHALLENGE_SUFFIX_BYTES);
  return { slot: ~view.getUint32(0) >>> 0, index: ~view.getUint16(4) & 0xffff };
}

export const REWARD_KINDS = ["data", "challenger", "beaconer", "witness"] as const;
/** Reasons to burn. */
const BURN_REASONS: readonly string[] = [...classifierNames, "left"];
/** Rewards of one hotspot; those of later epochs come first. */
export const rewardKey = (
  hotspot: Address,
  reward: {
    readonly epoch: number;
    readonly kind: (typeof REWARD_KINDS)[number];
    /** Why it was burned; absent: it was not. */
    readonly reason?: string;
  },
): Uint8Array =>
  tagged(
    REWARD,
    addressBytes(hotspot),
    u32Bytes(~reward.epoch),
    Uint8Array.of(REWARD_KINDS.indexOf(reward.kind)),
    reward.reason === undefined
      ? new Uint8Array(0)
      : Uint8Array.of(BURN_REASONS.indexOf(reward.reason) + 1),
  );
export const rewardsRange = (hotspot: Address): KeyRange =>
  prefixRange(tagged(REWARD, addressBytes(hotspot)));

export const rewardEpochKey = (epoch: number, key: Uint8Array): Uint8Array =>
  tagged(REWARD_EPOCH, u32Bytes(epoch), key);
export const rewardEpochRange = (epoch: number): KeyRange =>
  prefixRange(tagged(REWARD_EPOCH, u32Bytes(epoch)));
export const rewardOfEpochKey = (key: Uint8Array): Uint8Array => key.slice(5);

export const challengeEndedKey = (number: number): Uint8Array =>
  tagged(CHALLENGE_ENDED, u32Bytes(number));

export const epochKey = (epoch: number): Uint8Array => tagged(EPOCH, u32Bytes(epoch));

/** Penalties of one hotspot; later ones come first. */
export const penaltyKey = (
  hotspot: Address,
  event: { readonly height: number; readonly index: number },
): Uint8Array =>
  tagged(PENALTY, addressBytes(hotspot), u32Bytes(~event.height), u32Bytes(~event.index));
export const penaltiesRange = (hotspot: Address): KeyRange =>
  prefixRange(tagged(PENALTY, addressBytes(hotspot)));

export interface KeyRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
}

/** Range of all keys that begin with `prefix`, which is not all 0xff. */
export function prefixRange(prefix: Uint8Array): KeyRange {
  const end = prefix.slice();
  for (let at = end.length - 1; at >= 0; at -= 1) {
    const byte = end[at] ?? 0;
    end[at] = (byte + 1) & 0xff;
    if (byte !== 0xff) return { start: prefix, end: end.slice(0, at + 1) };
  }
  throw new Error("a prefix of 0xff bytes has no end");
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(tag), ...parts);
}

function u16Bytes(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}
